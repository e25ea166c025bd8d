import type { Address } from './connection.ts';
import type { Latencies } from './latencies.ts';

/** Sends prepared requests over each connection, the next as soon as the answer to the last is there. */
export interface RequestsJob {
  kind: 'requests';
  address: Address;
  /** For each connection one that is repeated, or several that take turns; complete with head and body. */
  requests: readonly (string | readonly string[])[];
  /** What every answer must contain; others count as refused. */
  expect: string;
  warmupMs: number;
  /** Ends after so long, or after so many answers. */
  until: { ms: number } | { answers: number };
}

export interface RequestsResult {
  answers: number;
  refused: number;
  /** The first refused answer. */
  refusal: string | undefined;
  seconds: number;
  latency: Latencies;
}

/** Sends messages at a steady pace while subscribers listen, and times each from its sending to its arrival. */
export interface EventsJob {
  kind: 'events';
  address: Address;
  /** One for each subscriber. */
  streams: readonly string[];
  /** The request with `{message}` where the text goes that the subscribers look for. */
  request: string;
  perSecond: number;
  warmupMs: number;
  ms: number;
}

export interface EventsResult {
  expected: number;
  /** Arrived once and in order. */
  delivered: number;
  /** Arrived again, or after a later one. */
  misplaced: number;
  /** From writing the request to reading the event. */
  latency: Latencies;
  /** From writing the request to reading its answer. */
  answerLatency: Latencies;
}

/** Opens event streams and counts what comes, until `heard` ends them. */
export interface ListenJob {
  kind: 'listen';
  address: Address;
  streams: readonly string[];
}

export interface HeardJob {
  kind: 'heard';
  /** Waits for so many events, a few seconds at most. */
  expected: number;
}

/** Every job with its result. */
export interface Jobs {
  requests: { job: RequestsJob; result: RequestsResult };
  events: { job: EventsJob; result: EventsResult };
  listen: { job: ListenJob; result: { listening: number } };
  heard: { job: HeardJob; result: { events: number } };
}

export type Kind = keyof Jobs;
export type Job = Jobs[Kind]['job'];

/** What the process of the load generator answers. */
export type Reply = { result: Jobs[Kind]['result'] } | { error: string };
