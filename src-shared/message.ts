import * as z from 'zod';
import { checked, type Fault } from './fault.ts';
import { shorten, strip } from './text.ts';

/** Who sent a message, by the credential and not by what the message claims. */
export interface Origin {
  /** What the credential is called: that of a machine by the machine's label. */
  label: string;
  /** What the client called itself, if it said so. */
  client: { name: string; version: string } | null;
}

/** A message as it is stored: the row of the table `messages` (wire specification 2.2). */
export interface StoredMessage {
  /** Position in the whole file; never reused, not even after a clear. */
  seq: number;
  id: string;
  channel: string;
  sender: string;
  content: string;
  /** UTC with six fractional digits, e.g. `2026-01-31T08:15:00.250000Z`. Never goes backwards within a file. */
  timestamp: string;
  /** Null for messages of other programs and of versions that did not know it. */
  origin: Origin | null;
}

/** Largest content that the wire allows, in UTF-8 bytes (3.1); the setting may only lower it. */
export const maxMessageBytes = 131_072;

/** Code points of content that a listing shows (3.4). */
const previewLength = 200;

/** Nesting at which content no longer counts as JSON: deeper values cannot be written out again safely. */
const maxReadableDepth = 500;

/** The text of a message. Its size is checked against the current limit where it is known. */
export const messageContent = z.string('must be a string').check(checked(contentFault));

function contentFault(content: string): Fault | undefined {
  if (content === '') return { code: 'required', says: 'must not be empty' };
  if (content.includes('\0')) return { code: 'nul_byte', says: 'must not contain NUL' };
  if (!content.isWellFormed()) return { code: 'invalid_unicode', says: 'must not contain lone surrogates' };
  return undefined;
}

export function preview(content: string): string {
  return shorten(content, previewLength);
}

/** The JSON object or array that `content` holds, or undefined if it holds none (3.4, `is_json`). */
export function parseJsonContent(content: string): object | undefined {
  const json = parseJson(content);
  return typeof json === 'object' && json !== null ? json : undefined;
}

/**
 * The JSON value of any kind that `content` holds, or undefined if it holds none. Strict JSON: what could not be
 * written out again, such as NaN, does not count, nor does what is nested too deep.
 */
export function parseJson(content: string): unknown {
  const text = strip(content);
  if (!mayBeJson(text) || isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Looks at both ends only: most messages are plain text, and to fail at parsing them costs more than all the rest. */
function mayBeJson(text: string): boolean {
  switch (text.charAt(0)) {
    case '{':
      return text.endsWith('}');
    case '[':
      return text.endsWith(']');
    case '"':
      return text.length > 1 && text.endsWith('"');
    case 't':
    case 'f':
    case 'n':
      return text === 'true' || text === 'false' || text === 'null';
    default:
      return /^-?\d[\d.eE+-]*$/.test(text);
  }
}

function isTooDeep(text: string): boolean {
  // Every level takes two characters.
  return text.length > 2 * maxReadableDepth && nestingDepth(text) > maxReadableDepth;
}

/** How deep arrays and objects are nested in JSON text, without parsing it. */
export function nestingDepth(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < json.length; i++) {
    const unit = json.charCodeAt(i);
    if (unit === 0x22 /* " */) {
      i = endOfString(json, i);
    } else if (unit === 0x7b /* { */ || unit === 0x5b /* [ */) {
      if (++depth > deepest) deepest = depth;
    } else if (unit === 0x7d /* } */ || unit === 0x5d /* ] */) {
      depth--;
    }
  }
  return deepest;
}

/** Index of the quotation mark that closes the string opened at `start`. */
function endOfString(json: string, start: number): number {
  let end = start + 1;
  while (end < json.length) {
    const unit = json.charCodeAt(end);
    if (unit === 0x22) return end;
    end += unit === 0x5c /* \ */ ? 2 : 1;
  }
  return end;
}
