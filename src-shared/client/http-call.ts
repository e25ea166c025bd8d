import { BridgeError, errorStatus, toError, type ErrorCode } from '../bridge-error.ts';

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** Where a relay is and how it is asked. */
export interface HttpTarget {
  /** Scheme, host and port, such as `http://127.0.0.1:8765`. A path is kept: proxies may publish a relay below one. */
  readonly url: string;
  /** Asked before each request; undefined for none, as in a browser that has a session cookie. */
  readonly token?: () => string | undefined;
  /** Another fetch, for example one that knows a private certificate. */
  readonly fetch?: typeof fetch;
}

export interface Call {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Begins with a slash. */
  path: string;
  query?: Query;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it comes, in place of a body; `headers` say what it is. */
  stream?: ReadableStream<Uint8Array>;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
  /** After how many milliseconds a relay that has not begun to answer counts as unreachable. */
  patienceMs?: number;
}

/** A relay that has not answered after this time counts as unreachable, in ms. */
const defaultPatienceMs = 10_000;

/**
 * Sends a request and hands out its successful response, body unread.
 * @throws BridgeError with the relay's own code, `unreachable` when nobody answered, `unexpected_answer` when something
 *   other than a relay did; the signal's reason when the caller has given up
 */
export async function callHttp(target: HttpTarget, call: Call): Promise<Response> {
  // What the target itself throws, such as a token file that is gone, is no trouble of the relay.
  const request = { address: addressOf(target, call), headers: headersOf(target, call) };
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), call.patienceMs ?? defaultPatienceMs);
  try {
    const response = await (target.fetch ?? fetch)(request.address, {
      method: call.method,
      headers: request.headers,
      ...bodyOf(call),
      cache: 'no-store',
      // A relay never redirects; following one would carry the token to wherever it points.
      redirect: 'error',
      signal: call.signal ? AbortSignal.any([call.signal, late.signal]) : late.signal,
    });
    if (!response.ok) throw await refusalIn(response);
    return response;
  } catch (error) {
    call.signal?.throwIfAborted();
    if (error instanceof BridgeError) throw error;
    throw unreachable(target, late.signal.aborted ? 'it did not answer in time' : reasonOf(error), error);
  } finally {
    clearTimeout(timer);
  }
}

/** The same, with the body of the answer parsed. */
export async function callJson<Answer>(target: HttpTarget, call: Call): Promise<Answer> {
  const response = await callHttp(target, call);
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    call.signal?.throwIfAborted();
    throw unreachable(target, reasonOf(error), error);
  }
  const body = parse(text);
  if (!isRecord(body)) throw unexpectedAnswer(response.status);
  // The parts of a relay's answer are taken as this version of the interface describes them.
  return body as Answer;
}

function bodyOf({ body, stream }: Call): RequestInit {
  if (!stream) return { body: body === undefined ? null : JSON.stringify(body) };
  // That it is sent while it is made has to be said, and only Node's types know how.
  const sent: RequestInit & { duplex: 'half' } = { body: stream, duplex: 'half' };
  return sent;
}

function addressOf({ url }: HttpTarget, { path, query = {} }: Call): string {
  const address = new URL(url.replace(/\/+$/, '') + path);
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [value]) {
      if (one !== undefined) address.searchParams.append(name, String(one));
    }
  }
  return address.href;
}

function headersOf({ token }: HttpTarget, { body, headers }: Call): Record<string, string> {
  const secret = token?.();
  return {
    Accept: 'application/json',
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(secret === undefined ? {} : { Authorization: `Bearer ${secret}` }),
    ...headers,
  };
}

/** What a relay says when it refuses a request; `unexpected_answer` if it was no relay that answered. */
export async function refusalIn(response: Response): Promise<BridgeError> {
  const body = parse(await response.text());
  if (!isRecord(body) || typeof body['error'] !== 'string') return unexpectedAnswer(response.status);
  const { error, code, field, message: _message, ...details } = body;
  const retryAfter = Number(response.headers.get('Retry-After') ?? NaN);
  return new BridgeError(knownCode(code), error, {
    field: typeof field === 'string' ? field : undefined,
    retryAfter: Number.isFinite(retryAfter) && retryAfter >= 0 ? retryAfter : undefined,
    details,
  });
}

/** A newer relay may have codes that this client does not know; its sentence still says what is wrong. */
function knownCode(code: unknown): ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorStatus, code)
    ? (code as ErrorCode)
    : 'unexpected_answer';
}

function unreachable({ url }: HttpTarget, reason: string, cause: unknown): BridgeError {
  return new BridgeError('unreachable', `no relay answers at ${url}: ${reason}`, { cause });
}

function unexpectedAnswer(status: number): BridgeError {
  return new BridgeError(
    'unexpected_answer',
    `something other than a relay answered at this address, with HTTP status ${status}`,
  );
}

/** What went wrong below fetch, which itself only says that it failed. */
function reasonOf(thrown: unknown): string {
  const { message, cause } = toError(thrown);
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
