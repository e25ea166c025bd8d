import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { MessagesResponse } from '../../src-shared/api/messages.ts';
import type { SendResponse } from '../../src-shared/api/sending.ts';
import type { SettingsResponse } from '../../src-shared/api/settings.ts';
import type { StateResponse } from '../../src-shared/api/state.ts';
import type { TokenResponse } from '../../src-shared/api/tokens.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { callHttp, callJson, type Call } from '../../src-shared/client/http-call.ts';
import { bothForms, initialize } from '../mcp/raw-http.ts';
import type { Known } from '../support/route-book.ts';
import { smuggledChannel } from './http-requests.ts';
import type { Target } from './target.ts';

/** Where the junk goes. */
const channel = 'fuzz:room';

/** Whose messages have to survive. Nobody who sends junk knows the name of their channel. */
export class Owner {
  readonly #target: { url: string; token: () => string };
  readonly #channel = `owner:${randomUUID()}`;
  #lastSession = '';
  #said: { id: string; content: string }[] = [];

  constructor({ port, localToken }: Target) {
    this.#target = { url: `http://127.0.0.1:${port}`, token: () => localToken };
  }

  /** Sends a message that `check` looks for. */
  async say(): Promise<void> {
    const content = `still here: ${randomUUID()} \u{1f9ed}`;
    const { id } = await this.#ask<SendResponse>('POST', '/api/send', {
      channel: this.#channel,
      sender: 'owner',
      content,
    });
    this.#said.push({ id, content });
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
    return faults;
  }

  /** A message, a token and two sessions for the next requests to be about. */
  async prepare(batch: number): Promise<{ known: Known; machine: string; cookie: string; session: string }> {
    const { id } = await this.#ask<SendResponse>('POST', '/api/send', {
      channel,
      sender: 'atlas',
      content: `hello world ${batch}`,
    });
    const label = `machine ${batch} ${randomUUID().slice(0, 8)}`;
    const { token } = await this.#ask<TokenResponse>('POST', '/api/tokens', {
      label,
      rights: ['read', 'send'],
      expires_in_seconds: 600,
    });
    const signedIn = await callHttp(this.#target, { method: 'POST', path: '/api/session', body: {} });
    return {
      known: { channel, messageId: id },
      machine: token,
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
      patienceMs: 60_000,
    });
  }
}
