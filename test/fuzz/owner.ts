import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { MessagesResponse } from '../../src-shared/api/messages.ts';
import type { SendResponse } from '../../src-shared/api/sending.ts';
import type { SettingsResponse } from '../../src-shared/api/settings.ts';
import type { StateResponse } from '../../src-shared/api/state.ts';
import type { SharedTokenResponse, TokenResponse } from '../../src-shared/api/tokens.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { callHttp, callJson, type Call, type HttpTarget } from '../../src-shared/client/http-call.ts';
import { bothForms, initialize } from '../mcp/raw-http.ts';
import type { Known } from '../support/route-book.ts';
import { smuggledChannel } from './http-requests.ts';
import type { Key } from './renewals.ts';
import type { Target } from './target.ts';

/** How long the relay may take for its owner while junk comes, in ms. */
const patienceMs = 60_000;

/** Where the junk goes. */
const channel = 'fuzz:room';

/** Whose messages have to survive. Nobody who sends junk knows the name of their channel. */
export class Owner {
  readonly #relay: Target;
  readonly #target: HttpTarget;
  readonly #channel = `owner:${randomUUID()}`;
  #lastSession = '';
  #said: { id: string; content: string }[] = [];
  /** Messages that have not been looked for on the stream yet, and what has come on it meanwhile. */
  #unheard: string[] = [];
  #heard = '';
  #isCut = false;
  readonly #leaving = new AbortController();

  constructor(target: Target) {
    const { url, fetch, localToken } = target;
    this.#relay = target;
    this.#target = { url, fetch, token: () => localToken };
  }

  /** Follows its channel from now on, on a stream that nothing may cut. */
  async listen(): Promise<void> {
    const path = `/events/channel/${encodeURIComponent(this.#channel)}`;
    const { body } = await callHttp(this.#target, { method: 'GET', path, signal: this.#leaving.signal });
    const collect = new WritableStream<Uint8Array>({
      write: (chunk) => void (this.#heard += Buffer.from(chunk).toString()),
    });
    const cut = () => (this.#isCut = true);
    body?.pipeTo(collect).then(cut, cut);
  }

  leave(): void {
    this.#leaving.abort();
  }

  /** Sends a message that `faults` looks for. */
  async say(): Promise<void> {
    const content = `still here: ${randomUUID()} \u{1f9ed}`;
    const { id } = await this.#ask<SendResponse>('POST', '/api/send', {
      channel: this.#channel,
      sender: 'owner',
      content,
    });
    this.#said.push({ id, content });
    this.#unheard.push(id);
  }

  /** Takes back what junk with every right may have changed. */
  async restore(): Promise<void> {
    await this.#ask('POST', '/api/relay/resume');
    const { settings } = await this.#ask<SettingsResponse>('GET', '/api/settings');
    const changed = settings.filter(({ source }) => source.from === 'file');
    if (changed.length > 0) {
      await this.#ask('PATCH', '/api/settings', Object.fromEntries(changed.map(({ key }) => [key, null])));
    }
  }

  /** What has become of the messages, and of what should not have been taken. */
  async faults(): Promise<string[]> {
    const query = `channel=${encodeURIComponent(this.#channel)}&full=1&limit=500`;
    const { messages } = await this.#ask<MessagesResponse>('GET', `/api/messages?${query}`);
    const found = messages.map(({ id, content }) => ({ id, content }));
    const faults = isDeepStrictEqual(found, this.#said) ? [] : ['messages of others were lost or changed'];
    const smuggled = await this.#ask<MessagesResponse>('GET', `/api/messages?channel=${smuggledChannel}`);
    if (smuggled.messages.length > 0) faults.push('a request inside the body of another one was taken');
    if (!(await this.#hasHeardAll())) faults.push('the stream of somebody else was cut, or lacks a message');
    return faults;
  }

  /** What comes on a stream comes soon, not at once. */
  async #hasHeardAll(): Promise<boolean> {
    const deadline = performance.now() + patienceMs;
    const isLacking = () => this.#unheard.some((id) => !this.#heard.includes(`id: ${id}\r\n`));
    while (isLacking() && !this.#isCut && performance.now() < deadline) await sleep(10);
    if (isLacking() || this.#isCut) return false;
    [this.#unheard, this.#heard] = [[], ''];
    return true;
  }

  /** The token that all share. @param lastContested see `Key` */
  sharedKey(lastContested: Key['lastContested']): Key {
    return {
      current: () => this.#relay.sharedToken,
      lastContested,
      renew: async (graceSeconds) => {
        const body = { grace_seconds: graceSeconds };
        const { token, old_until } = await this.#ask<SharedTokenResponse>('POST', '/api/token/rotate', body);
        return { token: token ?? '', oldUntil: Date.parse(old_until) };
      },
    };
  }

  /** A token that nobody else administers. */
  keyOf({ id, token }: Pick<TokenResponse, 'id' | 'token'>): Key {
    let current = token;
    return {
      current: () => current,
      lastContested: () => -Infinity,
      renew: async (graceSeconds) => {
        const body = { grace_seconds: graceSeconds };
        const renewed = await this.#ask<TokenResponse>('POST', `/api/tokens/${id}/rotate`, body);
        current = renewed.token;
        return { token: current, oldUntil: Date.parse(renewed.old_secret_until ?? '') || Date.now() };
      },
      revoke: async () => {
        await this.#ask('DELETE', `/api/tokens/${id}`);
      },
    };
  }

  /** A message, a token and two sessions for the next requests to be about. */
  async prepare(batch: number): Promise<{
    known: Known;
    machine: TokenResponse;
    cookie: string;
    session: string;
  }> {
    const { id } = await this.#ask<SendResponse>('POST', '/api/send', {
      channel,
      sender: 'atlas',
      content: `hello world ${batch}`,
    });
    const label = `machine ${batch} ${randomUUID().slice(0, 8)}`;
    const machine = await this.#ask<TokenResponse>('POST', '/api/tokens', {
      label,
      rights: ['read', 'send'],
      expires_in_seconds: 600,
    });
    const signedIn = await callHttp(this.#target, { method: 'POST', path: '/api/session', body: {} });
    return {
      known: { channel, messageId: id },
      machine,
      cookie: (signedIn.headers.get('Set-Cookie') ?? '').split(';', 1).join(),
      session: await this.#session(),
    };
  }

  /** An MCP session that is open, or none while junk has them all. */
  async #session(): Promise<string> {
    try {
      const opened = await callHttp(this.#target, {
        method: 'POST',
        path: '/mcp',
        body: initialize,
        headers: bothForms,
      });
      await opened.text();
      this.#lastSession = opened.headers.get('Mcp-Session-Id') ?? '';
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
    }
    return this.#lastSession;
  }

  /** Who is still there, once everybody else has gone. */
  async present(): Promise<{ waiters: number; streams: number }> {
    const { waiters, sse_subscribers: streams } = await this.#ask<StateResponse>('GET', '/api/state');
    return { waiters, streams };
  }

  #ask<Answer>(method: Call['method'], path: string, body?: object): Promise<Answer> {
    return callJson<Answer>(this.#target, {
      method,
      path,
      ...(body === undefined ? {} : { body }),
      patienceMs,
    });
  }
}
