import type { StateResponse } from '../src-shared/api.ts';
import type { ErrorBody } from '../src-shared/bridge-error.ts';

/** What comes of asking the relay for its state. */
export type StateAnswer =
  | { kind: 'state'; state: StateResponse }
  | Refusal
  /** Nothing came back in time, or not even a connection. */
  | { kind: 'unreachable' };

/** The relay answered, but not with its state. */
export interface Refusal {
  kind: 'refused';
  /** HTTP status. */
  status: number;
  /** Stable code of the relay's error; undefined if something other than the relay answered. */
  code: string | undefined;
  sentence: string;
  /** Seconds after which trying again makes sense. */
  retryAfter?: number;
}

/** The relay as the page sees it. */
export interface ApiClient {
  readonly hasToken: boolean;
  /** The token that goes with every request from now on; undefined for none. */
  useToken(token: string | undefined): void;
  /** `GET /api/state` (wire specification 3.3). Undefined if `signal` ended the request. */
  readState(signal: AbortSignal): Promise<StateAnswer | undefined>;
}

/** A relay that has not answered after this time counts as unreachable. */
const patience = 10_000;

/** The relay at `origin`. The token is kept in this object only: not in storage, not in an address. */
export class HttpApiClient implements ApiClient {
  readonly #origin: string;
  #token: string | undefined;

  constructor(origin: string) {
    this.#origin = origin;
  }

  get hasToken(): boolean {
    return this.#token !== undefined;
  }

  useToken(token: string | undefined): void {
    this.#token = token;
  }

  async readState(signal: AbortSignal): Promise<StateAnswer | undefined> {
    try {
      const response = await fetch(new URL('/api/state', this.#origin), {
        headers: this.#headers(),
        cache: 'no-store',
        signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
      });
      return toAnswer(response, parse(await response.text()));
    } catch {
      return signal.aborted ? undefined : { kind: 'unreachable' };
    }
  }

  #headers(): Record<string, string> {
    const headers: Record<string, string> = { Accept: 'application/json' };
    if (this.#token !== undefined) headers['Authorization'] = `Bearer ${this.#token}`;
    return headers;
  }
}

function toAnswer(response: Response, body: unknown): StateAnswer {
  if (response.ok && isState(body)) return { kind: 'state', state: body };
  const refusal: Refusal = isErrorBody(body)
    ? { kind: 'refused', status: response.status, code: body.code, sentence: body.error }
    : {
        kind: 'refused',
        status: response.status,
        code: undefined,
        sentence: strangerSentence(response.status),
      };
  const retryAfter = Number(response.headers.get('Retry-After') ?? NaN);
  return Number.isFinite(retryAfter) && retryAfter >= 0 ? { ...refusal, retryAfter } : refusal;
}

function strangerSentence(status: number): string {
  return `Something other than the relay answered at this address, with HTTP status ${status}.`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether `body` comes from a relay. Its parts are then taken as its version of the interface describes them. */
function isState(body: unknown): body is StateResponse {
  return isRecord(body) && body['service'] === 'claude-bridge' && Array.isArray(body['channels']);
}

function isErrorBody(body: unknown): body is ErrorBody {
  return isRecord(body) && typeof body['error'] === 'string' && typeof body['code'] === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
