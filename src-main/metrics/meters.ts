import type { ErrorCode } from '../../src-shared/bridge-error.ts';
import { Distribution } from './distribution.ts';

/** Bounds for what takes from a tenth of a millisecond to a second, in seconds. */
const seconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/** Bounds for the writes of one commit. */
const writes = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Requests to one route, by the class of the answer's status. */
export class RequestCount {
  readonly method: string;
  readonly route: string;
  /** By hundreds: `byClass[2]` were answered with 2xx. */
  readonly byClass = [0, 0, 0, 0, 0, 0];

  constructor(method: string, route: string) {
    this.method = method;
    this.route = route;
  }

  answered(status: number): void {
    const hundred = Math.floor(status / 100);
    this.byClass[hundred] = (this.byClass[hundred] ?? 0) + 1;
  }
}

/** How a message came about. */
export type SendResult = 'stored' | 'deduplicated';

/** By which way in something was refused. */
export type Interface = 'http' | 'mcp';

/**
 * What has happened since the relay was started, as numbers. Rooms are handed the methods that concern them; none of
 * them costs more than adding to a number.
 */
export class Meters {
  /** Of one transaction, to its end on disk. */
  readonly commitSeconds = new Distribution(seconds);
  readonly commitWrites = new Distribution(writes);
  /** From a commit until every live stream was handed what it brought. */
  readonly deliverySeconds = new Distribution(seconds);
  readonly sends: Record<SendResult, number> = { stored: 0, deduplicated: 0 };
  readonly errors: Record<Interface, Partial<Record<ErrorCode, number>>> = { http: {}, mcp: {} };
  readonly #requests: RequestCount[] = [];

  get requests(): readonly RequestCount[] {
    return this.#requests;
  }

  /** A counter for a route. Routes are named as they are written in the table, never as they were asked for. */
  countRequests(method: string, route: string): RequestCount {
    const count = new RequestCount(method, route);
    this.#requests.push(count);
    return count;
  }

  readonly sent = (deduplicated: boolean): void => {
    this.sends[deduplicated ? 'deduplicated' : 'stored']++;
  };

  readonly committed = (count: number, ms: number): void => {
    this.commitWrites.observe(count);
    this.commitSeconds.observe(ms / 1000);
  };

  readonly delivered = (ms: number): void => {
    this.deliverySeconds.observe(ms / 1000);
  };

  /** Counts errors that are answers. */
  refusals(way: Interface): (code: ErrorCode) => void {
    const counts = this.errors[way];
    return (code) => {
      counts[code] = (counts[code] ?? 0) + 1;
    };
  }
}
