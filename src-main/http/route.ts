import type { Right } from '../../src-shared/access.ts';
import type { Exchange } from './exchange.ts';

/**
 * One row of the route table: what a request needs before it is handled. A route without a right does not exist, so
 * none can be forgotten.
 */
export interface Route {
  /** `ANY`: the handler knows its methods itself. */
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'ANY';
  /** An exact path, or one that ends in `*` for everything below it. Paths are case-sensitive, slashes count. */
  path: string;
  /**
   * Of the rights that are about channels it is enough to have one on some channel: the relay asks again for the one in
   * question. `authenticated`: whoever may come in at all.
   */
  right: Right | 'authenticated' | 'public';
  /**
   * `json`: the body must be a JSON object. `rpc`: the body of a POST is handed over as parsed, or undefined if it is
   * no JSON, since the protocol inside has its own way to say so. `lines`: JSON Lines of any size, which the route reads itself.
   */
  body?: 'json' | 'rpc' | 'lines';
  /** `?token=` is accepted here, as the original's pages send it (wire specification 4.8). */
  queryToken?: true;
  /** What a wrong method is told besides the right ones. */
  hint?: string;
  handle: (exchange: Exchange) => void | Promise<void>;
}
