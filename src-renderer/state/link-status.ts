import type { BridgeError } from '../../src-shared/bridge-error.ts';

/** How the page stands with the relay. Times are milliseconds since the epoch, by this computer's clock. */
export type LinkStatus =
  /** Nothing is known yet. */
  | { kind: 'starting' }
  /** Every event arrives as it happens. `recoveredAt` is set when an interruption went before. */
  | { kind: 'live'; recoveredAt?: number }
  | Interruption
  /** The relay wants to know who this is. It is not asked again until there is an answer. */
  | { kind: 'sign-in'; problem: string | undefined };

/**
 * `unreachable`: nobody answers, or somebody else does. `refused`: the relay says no. `broken`: it has trouble of its own.
 * `polling`: it answers, but has no event stream left for this page, which asks from time to time instead.
 */
export type Cause = 'unreachable' | 'refused' | 'broken' | 'polling';

export interface Interruption {
  kind: 'interrupted';
  cause: Cause;
  since: number;
  /** Tries in a row that have failed. */
  tries: number;
  retryAt: number;
  /** Why, in the words of whoever answered. */
  sentence: string | undefined;
}

/** The status after the stream has failed with `error`, to be tried again at `retryAt`. */
export function interrupted(
  before: LinkStatus,
  { error, tries, retryAt, now }: { error: BridgeError; tries: number; retryAt: number; now: number },
): Interruption {
  return {
    kind: 'interrupted',
    cause: causeOf(error),
    since: before.kind === 'interrupted' ? before.since : now,
    tries,
    retryAt,
    sentence: error.code === 'unreachable' ? undefined : error.message,
  };
}

/** The status once events arrive. */
export function live(before: LinkStatus, now: number): LinkStatus {
  if (before.kind === 'interrupted') return { kind: 'live', recoveredAt: now };
  return before.kind === 'live' ? before : { kind: 'live' };
}

function causeOf({ code, status }: BridgeError): Cause {
  if (code === 'unreachable' || code === 'unexpected_answer') return 'unreachable';
  if (code === 'too_many_subscribers') return 'polling';
  return status >= 500 ? 'broken' : 'refused';
}
