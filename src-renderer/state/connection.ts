import type { StateAnswer } from '../api-client.ts';

/** How the page stands with the relay. Times are milliseconds since the epoch. */
export type Connection =
  /** Nothing is known yet. */
  | { kind: 'asking' }
  /** The last question was answered. `recoveredAt` is set when an outage went before. */
  | { kind: 'live'; recoveredAt?: number }
  | Failing
  /** The relay wants a token. It is not asked again until there is one: every try without would count as failed. */
  | { kind: 'sign-in'; problem: string | undefined };

/** Nobody answers, or somebody else does; the relay says no; the relay has trouble of its own. */
export type Failure = 'unreachable' | 'refused' | 'broken';

/** The relay does not answer, or not with its state. It is asked again at `retryAt`. */
export interface Failing {
  kind: Failure;
  since: number;
  /** Questions in a row that failed. */
  tries: number;
  retryAt: number;
  /** Why, in the words of whoever answered. */
  sentence?: string;
}

/** Time between two questions while all is well. */
export const pollInterval = 2_000;

const firstDelay = 1_000;
const longestDelay = 30_000;

export interface Circumstances {
  now: number;
  /** Whether the question carried a token. */
  hadToken: boolean;
  /** A number in [0, 1): what spreads the tries of many pages over time. */
  random: number;
}

/** How the page stands with the relay after `answer`, given how it stood before. */
export function afterAnswer(before: Connection, answer: StateAnswer, at: Circumstances): Connection {
  if (answer.kind === 'state') {
    return isFailing(before) ? { kind: 'live', recoveredAt: at.now } : keepRecovered(before);
  }
  if (answer.kind === 'refused' && answer.status === 401) {
    return { kind: 'sign-in', problem: tokenProblem(before, at.hadToken) };
  }
  if (answer.kind === 'refused' && answer.status === 429 && before.kind === 'sign-in') {
    return { kind: 'sign-in', problem: answer.sentence };
  }
  const tries = isFailing(before) ? before.tries + 1 : 1;
  const asked = answer.kind === 'refused' ? (answer.retryAfter ?? 0) * 1_000 : 0;
  const failing: Failing = {
    kind: failureOf(answer),
    since: isFailing(before) ? before.since : at.now,
    tries,
    retryAt: at.now + Math.max(retryDelay(tries, at.random), asked),
  };
  return answer.kind === 'refused' ? { ...failing, sentence: answer.sentence } : failing;
}

export function isFailing(connection: Connection): connection is Failing {
  return 'retryAt' in connection;
}

/** Milliseconds before the next try: doubling up to half a minute, the second half of each by chance. */
export function retryDelay(tries: number, random: number): number {
  const ceiling = Math.min(firstDelay * 2 ** tries, longestDelay);
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}

function failureOf(answer: Exclude<StateAnswer, { kind: 'state' }>): Failure {
  if (answer.kind === 'unreachable' || answer.code === undefined) return 'unreachable';
  return answer.status >= 500 ? 'broken' : 'refused';
}

function keepRecovered(before: Connection): Connection {
  return before.kind === 'live' ? before : { kind: 'live' };
}

function tokenProblem(before: Connection, hadToken: boolean): string | undefined {
  if (!hadToken) return undefined;
  return before.kind === 'live'
    ? 'The relay no longer accepts the token that worked until now. It may have been replaced.'
    : 'The relay does not know this token. Check that it is complete and belongs to this relay.';
}
