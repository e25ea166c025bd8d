import type { Origin } from '../../../src-shared/message.ts';
import { utf8Bytes } from '../../../src-shared/text.ts';

/** `2026-01-31T08:15:00.250000Z` as texts show it: UTC to the second, without zone (5.4). */
export function toSeconds(timestamp: string): string {
  return timestamp.slice(0, 19).replace('T', ' ');
}

/** By whom a message was sent, as texts show it behind the sender's name, which is a claim. */
export function fromOrigin(origin: Origin | null): string {
  if (origin === null) return '';
  const { label, client } = origin;
  return client === null ? ` from ${label}` : ` from ${label}, ${client.name} ${client.version}`;
}

/** Enough of an id to recognise it: its first eight characters. */
export function shortId(id: string): string {
  return Array.from(id.slice(0, 16)).slice(0, 8).join('');
}

/** Two line feeds in a text that travels as JSON. */
const separatorBytes = 4;

/** What surrounds a list: keys, a channel name and a cursor. */
const frameBytes = 1536;

/** Bytes that `value` takes inside an answer. */
function jsonBytes(value: unknown): number {
  return utf8Bytes(JSON.stringify(value));
}

/**
 * What is left of the bytes that an answer may take. Text and structure say the same and clients show one of them, so
 * the larger of the two counts.
 */
export class Budget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes - frameBytes;
  }

  /** Spends the bytes of the larger rendering, and of what separates it from the next, if there are enough left. */
  take(...renderings: unknown[]): boolean {
    const bytes = Math.max(...renderings.map(jsonBytes)) + separatorBytes;
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }
}
