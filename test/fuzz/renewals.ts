import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { bothForms, initialize, rpc } from '../mcp/raw-http.ts';
import type { Target } from './target.ts';

/** Another token in place of one with which requests are under way. */
export interface Renewal {
  of: 'the shared token' | 'the token of a machine';
  /** For how long the old one still counts; or it ends, and no other comes. */
  graceSeconds: number | 'revoked';
  /** When, as a share of the batch. */
  at: number;
}

/** In the second half of the batch, so that what a token may and may not is asked often enough. */
const at = fc.double({ min: 0.5, max: 1, noNaN: true });

/** What is done to tokens in one batch. An hour is longer than any batch: then the next renewal ends the old one. */
export const renewals: fc.Arbitrary<Renewal[]> = fc
  .tuple(
    fc.array(
      fc.record({
        of: fc.constant('the shared token' as const),
        graceSeconds: fc.constantFrom(0, 1, 3_600),
        at,
      }),
      { minLength: 1, maxLength: 3 },
    ),
    fc.array(
      fc.record({
        of: fc.constant('the token of a machine' as const),
        graceSeconds: fc.constantFrom<Renewal['graceSeconds']>(0, 1, 3_600, 'revoked'),
        at,
      }),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map((both) => both.flat());

/** What its owner can do to a token. */
export interface Key {
  /** As it is now. */
  current: () => string;
  /** When others may have renewed it the last time, on the clock that only goes on; Infinity while they try. */
  lastContested: () => number;
  /** @returns the new token, and until when the old one counts, in ms since 1970 */
  renew: (graceSeconds: number) => Promise<{ token: string; oldUntil: number }>;
  revoke?: () => Promise<void>;
}

/** Time in which whatever an ended token has opened has to be gone, in ms. */
const limitMs = 30_000;

/** A request that its client has given up may still be carried out for so long, in ms. */
const settlingMs = 200;

/** Follows one token through its renewals: what it has let in ends with it, at the time that was said, and not before. */
export class RenewedToken {
  readonly #target: Target;
  readonly #key: Key;
  /** The token before, while its time of grace goes on. */
  #old: Visit | undefined;
  #revoked = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(target: Target, key: Key) {
    this.#target = target;
    this.#key = key;
  }

  /** One after the other. @returns what is wrong with what came of it; undefined when there is nothing left to renew */
  renew(graceSeconds: Renewal['graceSeconds']): Promise<string[] | undefined> {
    const turn = this.#turn.then(async () => {
      if (this.#revoked) return undefined;
      return graceSeconds === 'revoked' ? this.#revoke() : this.#replace(graceSeconds);
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Leaves what is still open. */
  leave(): void {
    this.#old?.leave();
    this.#old = undefined;
  }

  async #revoke(): Promise<string[]> {
    const last = await Visit.with(this.#target, this.#key.current());
    this.#revoked = true;
    await this.#key.revoke?.();
    return this.#afterEnd([last, this.#old]);
  }

  async #replace(graceSeconds: number): Promise<string[]> {
    const since = performance.now() - settlingMs;
    const before = await Visit.with(this.#target, this.#key.current());
    const { token, oldUntil } = await this.#key.renew(graceSeconds);
    const faults: string[] = [];
    if (!(await this.#isAccepted(token)) && !this.#isContested(since))
      faults.push('the new token is refused');
    if (graceSeconds < 60) await sleep(Math.max(0, oldUntil - Date.now()));
    else if ((!(await this.#isAccepted(before.token)) || before.isCut) && !this.#isContested(since))
      faults.push('the old token has ended before its time');
    const ended = graceSeconds < 60 ? [before, this.#old] : [this.#old];
    faults.push(...(await this.#afterEnd(ended, token)));
    this.#old = graceSeconds < 60 ? undefined : before;
    return faults;
  }

  async #isAccepted(token: string): Promise<boolean> {
    return (await statusOf(this.#target, '/api/whoami', bearer(token))) === 200;
  }

  /** Whether somebody else may have renewed it meanwhile, which ends what was to go on: two tokens count at a time. */
  #isContested(since: number): boolean {
    return this.#key.lastContested() > since;
  }

  async #afterEnd(visits: readonly (Visit | undefined)[], successor?: string): Promise<string[]> {
    const ended = visits.filter((visit) => visit !== undefined);
    const faults = await Promise.all(ended.map((visit) => visit.faultsAfterEnd(successor)));
    return [...new Set(faults.flat())];
  }
}

/** What a token has opened. */
class Visit {
  readonly token: string;
  readonly #target: Target;
  readonly #leaving = new AbortController();
  #ends: Promise<void>[] = [];
  #cookie: string | undefined;
  #session: string | undefined;
  /** Its stream has ended. */
  isCut = false;

  private constructor(target: Target, token: string) {
    this.#target = target;
    this.token = token;
  }

  /** Opens all that can be opened. What is refused, since others have all places or an answer to wait for, is left out. */
  static async with(target: Target, token: string): Promise<Visit> {
    const visit = new Visit(target, token);
    const channel = `visit:${randomUUID()}`;
    await Promise.all([visit.#follow(channel), visit.#signIn(), visit.#beginSession()]);
    visit.#wait(channel);
    return visit;
  }

  /** @param successor a token that counts, to ask for what was opened with this one */
  async faultsAfterEnd(successor: string | undefined): Promise<string[]> {
    const faults: string[] = [];
    const status = await statusOf(this.#target, '/api/whoami', bearer(this.token));
    if (status !== 401) faults.push(`a token that has ended is answered with ${status}`);
    if (this.#cookie !== undefined) {
      const signedIn = await statusOf(this.#target, '/api/whoami', { Cookie: this.#cookie });
      if (signedIn !== 401) faults.push(`a browser session of a token that has ended gets ${signedIn}`);
    }
    if (this.#session !== undefined && successor !== undefined) {
      const headers = { ...bearer(successor), ...bothForms, 'Mcp-Session-Id': this.#session };
      const resumed = await statusOf(this.#target, '/mcp', headers, rpc('ping'));
      if (resumed === 200) faults.push('an MCP session of a token that has ended goes on');
    }
    const gone = Promise.all(this.#ends).then(() => true);
    if (!(await Promise.race([gone, sleep(limitMs, false, { ref: false })])))
      faults.push('a stream or wait of a token that has ended goes on');
    this.leave();
    return faults;
  }

  leave(): void {
    this.#leaving.abort();
  }

  async #follow(channel: string): Promise<void> {
    const stream = await this.#ask(`/events/channel/${channel}`, bearer(this.token));
    if (stream.status !== 200) return;
    this.#ends.push(drained(stream).then(() => void (this.isCut = true)));
  }

  #wait(channel: string): void {
    const path = `/api/wait?channel=${channel}&timeout_seconds=55`;
    this.#ends.push(this.#ask(path, bearer(this.token)).then(drained, () => undefined));
  }

  async #signIn(): Promise<void> {
    const answer = await this.#ask('/api/session', bearer(this.token), {});
    await drained(answer);
    this.#cookie = answer.headers.get('Set-Cookie')?.split(';', 1).join();
  }

  async #beginSession(): Promise<void> {
    const answer = await this.#ask('/mcp', { ...bearer(this.token), ...bothForms }, initialize);
    await drained(answer);
    this.#session = answer.headers.get('Mcp-Session-Id') ?? undefined;
  }

  #ask(path: string, headers: Record<string, string>, body?: object): Promise<Response> {
    return ask(this.#target, path, { headers, body, signal: this.#leaving.signal });
  }
}

interface Asked {
  headers: Record<string, string>;
  body?: object | undefined;
  signal?: AbortSignal;
}

async function statusOf(
  target: Target,
  path: string,
  headers: Record<string, string>,
  body?: object,
): Promise<number> {
  const answer = await ask(target, path, { headers, body });
  await drained(answer);
  return answer.status;
}

function ask({ url, fetch }: Target, path: string, { headers, body, signal }: Asked): Promise<Response> {
  const init = { headers: { 'Content-Type': 'application/json', ...headers }, signal: signal ?? null };
  if (body === undefined) return fetch(url + path, init);
  return fetch(url + path, { ...init, method: 'POST', body: JSON.stringify(body) });
}

/** Resolves when nothing more comes, for whatever reason. */
async function drained({ body }: Response): Promise<void> {
  await body?.pipeTo(new WritableStream()).catch(() => undefined);
}

function bearer(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}
