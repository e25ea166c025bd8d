import * as z from 'zod';
import { checked, type Fault } from './fault.ts';
import { codePoints, hasSurroundingWhitespace } from './text.ts';

/** Longest names, in Unicode code points (wire specification 3.2). */
export const nameLimits = { channel: 256, sender: 128, consumer: 128, messageId: 256, key: 256 } as const;

// eslint-disable-next-line no-control-regex -- category Cc is what the rule is about
const controlCharacter = /[\u0000-\u001f\u007f-\u009f]/;

const emptyName: Fault = { code: 'required', says: 'must not be empty' };

/** What is wrong with `name`, or undefined. The order of the checks is part of the interface. */
export function nameFault(name: string, limit: number): Fault | undefined {
  if (name === '') return emptyName;
  if (hasSurroundingWhitespace(name)) {
    return { code: 'surrounding_whitespace', says: 'must not start or end with whitespace' };
  }
  if (codePoints(name) > limit) return { code: 'too_long', says: `must be at most ${limit} characters` };
  if (controlCharacter.test(name))
    return { code: 'control_character', says: 'must not contain control characters' };
  return surrogateFault(name);
}

/** What has no UTF-8 form would be stored and looked up as something else. */
function surrogateFault(name: string): Fault | undefined {
  if (name.isWellFormed()) return undefined;
  return { code: 'invalid_unicode', says: 'must not contain lone surrogates' };
}

/** A name of at most `limit` code points that somebody writes: any Unicode text within the rules, never folded. */
export function name(limit: number) {
  return z.string('must be a string').check(checked((text) => nameFault(text, limit)));
}

export const channelName = name(nameLimits.channel);
export const senderName = name(nameLimits.sender);
export const consumerName = name(nameLimits.consumer);
export const messageId = name(nameLimits.messageId);
export const idempotencyKey = name(nameLimits.key);

/**
 * A channel that somebody reads or clears. Files of 0.9.1 hold names that may no longer be written; they stay
 * readable and clearable (wire specification 2.6), so only the type and the emptiness are checked, and that it is text
 * at all: a lone surrogate would be taken for another channel.
 */
export const existingChannel = z
  .string('must be a string')
  .check(checked((text) => (text === '' ? emptyName : surrogateFault(text))));

/**
 * A channel's group and name: split at the first colon. Without a colon, or with nothing behind it, the whole is
 * the name (wire specification 3.3).
 */
export function splitChannel(id: string): { group: string; name: string } {
  const colon = id.indexOf(':');
  if (colon < 0 || colon === id.length - 1) return { group: '', name: id };
  return { group: id.slice(0, colon), name: id.slice(colon + 1) };
}

/** Binary order, as SQLite sorts text: by code point, never by locale. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    const leftIsSurrogate = left >= 0xd800 && left <= 0xdfff;
    const rightIsSurrogate = right >= 0xd800 && right <= 0xdfff;
    // Surrogates stand for code points above all other UTF-16 units.
    if (leftIsSurrogate !== rightIsSurrogate) return leftIsSurrogate ? 1 : -1;
    return left - right;
  }
  return a.length - b.length;
}
