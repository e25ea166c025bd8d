import { name, nameLimits } from './channel.ts';

/** One pattern: a channel name in which `*` stands for any text. */
export const channelPattern = name(nameLimits.channel);

/**
 * A set of channels by their names: a channel is in it if one of the patterns fits. In a pattern `*` stands for any
 * text, also for none, and everything else for itself, case included; `payments:*` fits every channel of that group.
 */
export class ChannelPatterns {
  readonly patterns: readonly string[];
  /** The same for sets of the same patterns, whatever their order. */
  readonly key: string;
  readonly #parts: readonly (readonly string[])[];

  constructor(patterns: readonly string[]) {
    this.patterns = patterns;
    this.key = JSON.stringify([...new Set(patterns)].sort());
    this.#parts = patterns.map((pattern) => pattern.split('*'));
  }

  has(channel: string): boolean {
    return this.#parts.some((parts) => fits(parts, channel));
  }
}

/**
 * Whether `channel` begins with the first part, ends with the last, and holds the others in between, in order. Taking
 * each at its first occurrence leaves the most room for the rest, so nothing has to be tried twice.
 */
function fits(parts: readonly string[], channel: string): boolean {
  const [head = '', ...middle] = parts;
  const tail = middle.pop();
  if (tail === undefined) return channel === head;
  if (!channel.startsWith(head)) return false;
  let end = head.length;
  for (const part of middle) {
    const found = channel.indexOf(part, end);
    if (found < 0) return false;
    end = found + part.length;
  }
  return channel.length - tail.length >= end && channel.endsWith(tail);
}
