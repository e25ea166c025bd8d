import type { StateResponse } from '../../src-shared/api.ts';
import type { ApiClient, StateAnswer } from '../api-client.ts';
import { afterAnswer, isFailing, pollInterval, type Connection } from './connection.ts';

/** What the relay said last, and when. */
export interface Snapshot {
  facts: StateResponse;
  /** Milliseconds since the epoch. */
  at: number;
}

/** What can go over the wire as a bearer token: printable ASCII without blanks. */
const bearerToken = /^[\x21-\x7e]+$/;

/** The relay as the page knows it: asks for its state again and again while it is started. */
export class RelayState {
  connection = $state.raw<Connection>({ kind: 'asking' });
  /** Stays when the relay no longer answers; `connection` says whether it is current. */
  snapshot = $state.raw<Snapshot>();
  /** A question is under way. */
  asking = $state(false);
  /** Whether the relay wants a token, as far as is known. */
  tokenNeeded = $state(false);
  /** The clock, in milliseconds; it runs while something is counted down. */
  now = $state(Date.now());

  readonly #api: ApiClient;
  #request: AbortController | undefined;
  #next: ReturnType<typeof setTimeout> | undefined;
  #clock: ReturnType<typeof setInterval> | undefined;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** Asks now, and from then on as long as the page is looked at. */
  start(): void {
    this.stop();
    if (this.connection.kind !== 'sign-in') void this.#ask();
  }

  /** Asks nothing until the next `start`. */
  stop(): void {
    this.#request?.abort();
    this.asking = false;
    clearTimeout(this.#next);
    clearInterval(this.#clock);
  }

  /** Asks with `token` from now on, if the relay accepts it. */
  async signIn(token: string): Promise<void> {
    const given = token.trim();
    if (!bearerToken.test(given)) {
      const problem =
        given === ''
          ? 'Enter the token first.'
          : 'This is no token: it holds a blank or a special character.';
      this.connection = { kind: 'sign-in', problem };
      return;
    }
    this.#api.useToken(given);
    await this.#ask();
  }

  async #ask(): Promise<void> {
    this.stop();
    const request = new AbortController();
    this.#request = request;
    this.asking = true;
    const answer = await this.#api.readState(request.signal);
    // Another question, or a hidden page, has taken the place of this one.
    if (request.signal.aborted || !answer) return;
    this.asking = false;
    this.#take(answer);
  }

  #take(answer: StateAnswer): void {
    this.now = Date.now();
    const circumstances = { now: this.now, hadToken: this.#api.hasToken, random: Math.random() };
    this.connection = afterAnswer(this.connection, answer, circumstances);
    if (answer.kind === 'state') {
      this.snapshot = { facts: answer.state, at: this.now };
      this.tokenNeeded = this.#api.hasToken;
    }
    if (this.connection.kind === 'sign-in') {
      this.#api.useToken(undefined);
      this.tokenNeeded = true;
      // What was shown belongs to the holder of a token.
      this.snapshot = undefined;
      return;
    }
    this.#askLater(isFailing(this.connection) ? this.connection.retryAt - this.now : pollInterval);
  }

  #askLater(delay: number): void {
    this.#next = setTimeout(() => void this.#ask(), delay);
    if (isFailing(this.connection)) this.#clock = setInterval(() => (this.now = Date.now()), 1_000);
  }
}
