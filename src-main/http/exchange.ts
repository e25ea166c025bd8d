import type { IncomingMessage, ServerResponse } from 'node:http';
import type * as z from 'zod';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { validate } from '../../src-shared/validation.ts';
import type { Actor } from '../relay/actor.ts';
import type { Principal } from '../security/principal.ts';

/** A request that was let in, with everything a route needs to know about it. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** Who asks. Public routes have nobody. */
  principal: Principal | undefined;
  /** The same for the relay. */
  actor: Actor;
  /** The client, behind trusted proxies. */
  address: string;
  /** What the client used, as far as trusted proxies say. */
  scheme: 'http' | 'https';
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

/**
 * The parameters that a schema names. Those of `needed` count as empty where they are absent, and that is then what is wrong
 * with them.
 * @throws as `validate`
 */
export function readQuery<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  query: URLSearchParams,
  needed: readonly string[] = [],
): z.output<z.ZodObject<Shape>> {
  const given = Object.keys(schema.shape).map((name) => {
    return [name, parameter(query, name) ?? (needed.includes(name) ? '' : undefined)];
  });
  return validate(schema, Object.fromEntries(given));
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
  return clampedLimit(text, max);
}

/**
 * The same where what cannot be read is refused (3.9).
 * @throws BridgeError `invalid_type`
 */
export function strictRowLimit(
  query: URLSearchParams,
  { byDefault, max }: { byDefault: number; max: number },
): number {
  const text = parameter(query, 'limit');
  if (text === undefined) return byDefault;
  if (!pythonInteger.test(text))
    throw new BridgeError('invalid_type', 'limit must be an integer', { field: 'limit' });
  return clampedLimit(text, max);
}

function clampedLimit(integer: string, max: number): number {
  return Math.min(max, Math.max(1, Number(integer.replaceAll('_', ''))));
}

/** Decimal numbers, with or without an exponent; Python also reads words for what is none. */
const decimal = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\s*$/i;

/**
 * Seconds in a query, moved into 0..`max`.
 * @throws BridgeError `invalid_type` when it is no number
 */
export function seconds(
  query: URLSearchParams,
  name: string,
  { byDefault, max }: { byDefault: number; max: number },
): number {
  const text = parameter(query, name);
  if (text === undefined) return byDefault;
  if (!decimal.test(text)) throw new BridgeError('invalid_type', `${name} must be a number`, { field: name });
  return Math.min(max, Math.max(0, Number(text)));
}
