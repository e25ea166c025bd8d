import { Agent, request as plainRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { text } from 'node:stream/consumers';

/** Where clients look for the relay. It stays the same when the relay is killed and started again. */
export interface Place {
  host: string;
  port: number;
  token?: string | undefined;
  /** Certificates that may sign the relay's, asked for at each connection; without them it speaks plain HTTP. */
  ca?: (() => Buffer[]) | undefined;
}

export interface Reply {
  status: number;
  /** The parsed body; undefined if it is not JSON. */
  body: unknown;
}

export interface AskOptions {
  body?: object;
  /** How long the whole answer may take, in ms. */
  patience?: number;
  agent?: Agent | undefined;
  signal?: AbortSignal | undefined;
}

/** A client's own pool of connections. */
export function connectionsTo(place: Place): Agent {
  const options = { keepAlive: true, maxSockets: 4 };
  return place.ca ? new SecureAgent(options) : new Agent(options);
}

/** One request. Rejects when the connection breaks or nothing comes in time: what became of it is unknown then. */
export async function ask(
  place: Place,
  method: string,
  path: string,
  { body, patience = 10_000, agent, signal }: AskOptions = {},
): Promise<Reply> {
  const deadline = AbortSignal.timeout(patience);
  const ends = signal ? AbortSignal.any([deadline, signal]) : deadline;
  const response = await open(place, method, path, {
    agent,
    signal: ends,
    headers: body ? { 'Content-Type': 'application/json' } : {},
    body: body && JSON.stringify(body),
  });
  const answer = await text(response);
  // Node ends the body of an aborted request without an error when its connection was reset.
  if (!response.complete) throw new BrokenAnswer('the connection broke in the middle of the answer');
  return { status: response.statusCode ?? 0, body: parsed(answer) };
}

export interface OpenOptions {
  headers: OutgoingHttpHeaders;
  agent?: Agent | undefined;
  signal: AbortSignal;
  body?: string | undefined;
}

/** A request whose answer is read by the caller. */
export function open(
  place: Place,
  method: string,
  path: string,
  { headers, agent, signal, body }: OpenOptions,
): Promise<IncomingMessage> {
  const { host, port, token, ca } = place;
  const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const options = { host, port, method, path, agent, signal, headers: { ...headers, ...authorization } };
  return new Promise((resolve, reject) => {
    const outgoing = ca
      ? secureRequest({ ...options, ca: ca(), servername: 'localhost' })
      : plainRequest(options);
    outgoing.once('response', resolve).once('error', reject).end(body);
  });
}

const breaks = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNABORTED',
  'EAI_AGAIN',
  'ABORT_ERR',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** A broken connection, or none: part of every trial. @throws `error`, if it is anything else */
export function expectBreak(error: unknown): void {
  const { code, name } = error as NodeJS.ErrnoException;
  if (error instanceof BrokenAnswer || name === 'AbortError' || name === 'TimeoutError') return;
  if (code === undefined || !breaks.has(code)) throw error;
}

/** An answer that ended before it was complete. */
class BrokenAnswer extends Error {}

/** The code of an answer that is an error in the relay's shape. */
export function codeOf({ body }: Reply): unknown {
  return (body as { code?: unknown } | undefined)?.code;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
