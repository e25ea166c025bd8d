import type { RelayAddress } from '../../src-shared/api/addresses.ts';
import type { RunningStatus } from '../../src-shared/bridge-status.ts';

/** `1 agent`, `2 agents`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** A time span as people say it: `now`, `12 s`, `41 min`, `3 h`, `2 d`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 5) return 'now';
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** `paused for 12 min`, at first just `paused`; undefined if the relay is not. */
export function pausedWords(running: RunningStatus | null, now: number): string | undefined {
  const since = running?.paused_since ?? null;
  if (since === null) return undefined;
  const ms = now - Date.parse(since);
  return ms < 60_000 ? 'paused' : `paused for ${age(ms)}`;
}

/** `sentence` as it begins a line. */
export function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** The one address that a person would give to another machine; without one, that of this machine. */
export function mainAddress({ addresses, url }: { addresses: readonly RelayAddress[]; url: string }): string {
  return addresses.find(({ recommended }) => recommended)?.url ?? url;
}

/** `100.64.0.10:8765` of `http://100.64.0.10:8765`. */
export function hostOf(url: string): string {
  return url.replace(/^[a-z]+:\/\//, '');
}
