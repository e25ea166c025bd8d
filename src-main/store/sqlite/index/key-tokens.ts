import { hash } from 'node:crypto';

/** What a message can be filtered by. The letter tells their tokens apart. */
const kinds = { channel: 'c', sender: 's', type: 't' } as const;

export type KeyKind = keyof typeof kinds;

/** A character of the private use area, which counts as a letter: nobody's words begin with it. */
const mark = '\ue000';

const hashDigits = 12;

/** Most names that are kept; beyond them the memory is not worth the time. */
const maxKept = 10_000;

const kept = new Map<string, string>();

/**
 * A word that stands for a channel, sender or type in the full-text index, so that filters are as fast as words. Two
 * names may share one: what is found has to be compared with the name itself.
 */
export function keyToken(kind: KeyKind, name: string): string {
  const key = `${kinds[kind]}${name}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  if (kept.size >= maxKept) kept.clear();
  const token = `${mark}${kinds[kind]}${hash('sha1', name, 'hex').slice(0, hashDigits)}`;
  kept.set(key, token);
  return token;
}
