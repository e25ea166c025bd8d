import { request, type IncomingMessage } from 'node:http';
import { call, type Target } from '../support/http-client.ts';

/**
 * A model of the original's terminal client: what it asks for, what it needs in the answers, and how it takes an event
 * stream apart (wire specification 11.1). Faithful in its weaknesses: they are what the relay must not run into.
 */

/** A key that the client reads is missing. */
class KeyError extends Error {}

export class ClientError extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

export interface StreamEvent {
  event: string;
  id: string | undefined;
  data: Record<string, unknown>;
}

/** How the two versions put a channel's name into a path. */
export type PathStyle = '0.9.1' | '1.2.0';

type Json = Record<string, unknown>;

export class TerminalClient {
  readonly #target: Target;
  readonly #headers: Record<string, string>;
  readonly #style: PathStyle;

  constructor(target: Target, { token, style = '1.2.0' }: { token?: string; style?: PathStyle } = {}) {
    this.#target = target;
    this.#headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    this.#style = style;
  }

  async state() {
    const state = await this.#call('GET', '/api/state');
    need(state, 'uptime_seconds', 'total_messages', 'channels');
    const channels = state['channels'] as Json[];
    for (const channel of channels) need(channel, 'id', 'group', 'name', 'count', 'senders', 'last_ts');
    return { total: state['total_messages'], channels };
  }

  async messages(channel: string, sinceId?: string): Promise<Json[]> {
    const query = new URLSearchParams({ channel, limit: '200' });
    if (sinceId !== undefined) query.set('since_id', sinceId);
    const messages = (await this.#call('GET', `/api/messages?${query.toString()}`))['messages'] as Json[];
    for (const message of messages) {
      need(message, 'id', 'seq', 'sender', 'ts');
      if (!('preview' in message) && !('content' in message)) throw new KeyError('preview');
    }
    return messages;
  }

  async message(id: string): Promise<Json> {
    const message = await this.#call('GET', `/api/messages/${id}`);
    need(message, 'id', 'seq', 'sender', 'channel', 'ts');
    return message;
  }

  send(channel: string, sender: string, content: string): Promise<Json> {
    return this.#call('POST', '/api/send', { channel, sender, content });
  }

  clear(channel: string): Promise<Json> {
    return this.#call('POST', '/api/clear', { channel });
  }

  /** The events of a channel, until the relay ends the stream or the caller stops. */
  async *events(channel: string, sinceId?: string): AsyncGenerator<StreamEvent, void> {
    const name = this.#style === '1.2.0' ? percentEncode(channel) : encodeURI(channel);
    const query = sinceId === undefined ? '' : `?since_id=${sinceId}`;
    const response = await this.#open(`/events/channel/${name}${query}`);
    try {
      yield* parseEvents(pythonLines(response));
    } finally {
      response.destroy();
    }
  }

  async #call(method: string, path: string, body?: Json): Promise<Json> {
    const answer = await call(this.#target, method, path, { headers: this.#headers, body });
    if (answer.status >= 400) throw new ClientError(answer.status, answer.text);
    // Redirects are not followed: their body is taken for the answer.
    return JSON.parse(answer.text) as Json;
  }

  async #open(path: string): Promise<IncomingMessage> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request({
        host: '127.0.0.1',
        port: this.#target.port,
        path,
        headers: { ...this.#headers, Accept: 'text/event-stream' },
        agent: false,
      })
        .once('response', resolve)
        .once('error', reject)
        .end();
    });
    response.setEncoding('utf8');
    if ((response.statusCode ?? 0) < 400) return response;
    response.resume();
    throw new ClientError(response.statusCode ?? 0, '');
  }
}

/** Everything at which Python ends a line. */
// eslint-disable-next-line no-control-regex -- some of them are control characters
const lineBreak = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

/** Lines as Python's `splitlines` makes them, out of chunks that end anywhere. */
async function* pythonLines(chunks: AsyncIterable<string>): AsyncGenerator<string, void> {
  let rest = '';
  for await (const chunk of chunks) {
    rest += chunk;
    for (let match = lineBreak.exec(rest); match; match = lineBreak.exec(rest)) {
      // A carriage return at the very end may be half of a line end.
      if (match[0] === '\r' && match.index === rest.length - 1) break;
      yield rest.slice(0, match.index);
      rest = rest.slice(match.index + match[0].length);
    }
  }
}

async function* parseEvents(lines: AsyncIterable<string>): AsyncGenerator<StreamEvent, void> {
  let event = 'message';
  let id: string | undefined;
  let data: string | undefined;
  for await (const line of lines) {
    if (line.startsWith('event: ')) event = line.slice(7);
    else if (line.startsWith('id: ')) id = line.slice(4);
    else if (line.startsWith('data: ')) data = line.slice(6);
    else if (line === '') {
      if (data !== undefined) yield toEvent(event, id, data);
      [event, id, data] = ['message', undefined, undefined];
    }
  }
}

function toEvent(event: string, id: string | undefined, text: string): StreamEvent {
  const data = JSON.parse(text) as Json;
  if (event === 'message') need(data, 'id', 'seq', 'sender');
  return { event, id, data };
}

function need(object: Json, ...keys: string[]): void {
  for (const key of keys) if (!(key in object)) throw new KeyError(key);
}

function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
