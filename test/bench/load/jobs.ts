import type { Address } from './connection.ts';
import type { Latencies } from './latencies.ts';

export interface Duration {
  warmupMs: number;
  /** Ends after so long, or after so many answers. */
  until: { ms: number } | { answers: number };
}

/** Sends prepared requests over each connection, the next as soon as the answer to the last is there. */
export interface RequestsJob extends Duration {
  kind: 'requests';
  address: Address;
  /** For each connection one that is repeated, or several that take turns; complete with head and body. */
  requests: readonly (string | readonly string[])[];
  /** What every answer must contain; others count as refused. */
  expect: string;
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

/** Calls a tool over the legacy transport, one call under way in each session. */
export interface LegacyCallsJob extends Duration {
  kind: 'legacy calls';
  address: Address;
  /** The argument objects, one for each session. */
  calls: readonly object[];
  expect: string;
}

/** A process that speaks MCP on its standard input and output. */
export interface Sibling {
  /** Arguments for this Node. */
  args: readonly string[];
  env: NodeJS.ProcessEnv;
}

/** Calls a tool in such processes, one call under way for each entry of `calls`, which are dealt out to them. */
export interface StdioCallsJob extends Duration {
  kind: 'stdio calls';
  sibling: Sibling;
  processes: number;
  calls: readonly object[];
  expect: string;
}

/** Lets agents wait on a channel, sends a message to it, and times how long it takes to reach each of them. */
export interface WaitsJob {
  kind: 'waits';
  address: Address;
  waiters: number;
  channel: string;
  /** Between one message and the next, in ms: all must be waiting again. */
  everyMs: number;
  ms: number;
}

/** Sends a message through another process on the same database now and then, and times its event at the relay. */
export interface SiblingJob {
  kind: 'sibling';
  address: Address;
  sibling: Sibling;
  stream: string;
  channel: string;
  everyMs: number;
  messages: number;
}

/** What came of messages that were timed one by one. */
export interface TimedResult {
  sent: number;
  /** Arrivals that were to be expected, and those that came. */
  expected: number;
  arrived: number;
  latency: Latencies;
  /** From the call to its answer. */
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
  'legacy calls': { job: LegacyCallsJob; result: RequestsResult };
  'stdio calls': { job: StdioCallsJob; result: RequestsResult };
  waits: { job: WaitsJob; result: TimedResult };
  sibling: { job: SiblingJob; result: TimedResult };
  listen: { job: ListenJob; result: { listening: number } };
  heard: { job: HeardJob; result: { events: number } };
}

export type Kind = keyof Jobs;
export type Job = Jobs[Kind]['job'];

/** What the process of the load generator answers. */
export type Reply = { result: Jobs[Kind]['result'] } | { error: string };
