import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../security/principal.ts';

/** A request that was let in, with everything a route needs to know about it. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** Who asks. Public routes have nobody. */
  principal: Principal | undefined;
  /** The client, behind trusted proxies. */
  address: string;
  /** The path as it was sent, without the query. */
  path: string;
  query: URLSearchParams;
  /** The parsed body of a route that takes one. */
  body: unknown;
}

/** The last value of a query parameter, as the original's framework takes it. */
export function parameter(query: URLSearchParams, name: string): string | undefined {
  return query.getAll(name).at(-1);
}

/** `1`, `true` or `yes` in any case (wire specification 3.4). */
export function flag(query: URLSearchParams, name: string): boolean {
  return /^(1|true|yes)$/i.test(parameter(query, name) ?? '');
}

/** Integers as Python reads them: blanks around, a sign, single underscores between digits (11.3, point 9). */
const pythonInteger = /^\s*[+-]?\d+(?:_\d+)*\s*$/;

/** A number of rows: what cannot be read is the default, what lies outside is moved to the nearest bound. */
export function rowLimit(
  query: URLSearchParams,
  { byDefault, max }: { byDefault: number; max: number },
): number {
  const text = parameter(query, 'limit');
  if (text === undefined || !pythonInteger.test(text)) return byDefault;
  return Math.min(max, Math.max(1, Number(text.replaceAll('_', ''))));
}
