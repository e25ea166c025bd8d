import { expect } from 'vitest';

/** Vitest's asymmetric matchers with the types of what they stand for. */

export const anyText = expect.any(String) as string;

export const anyNumber = expect.any(Number) as number;

export function textLike(pattern: RegExp): string {
  return expect.stringMatching(pattern) as string;
}

export function textWith(part: string): string {
  return expect.stringContaining(part) as string;
}
