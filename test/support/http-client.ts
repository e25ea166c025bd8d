import { Agent, request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { MessagesResponse } from '../../src-shared/api/messages.ts';
import type { SendResponse } from '../../src-shared/api/sending.ts';
import type { StateResponse } from '../../src-shared/api/state.ts';

/** Where a relay listens. */
export interface Target {
  readonly port: number;
  /** 127.0.0.1 if left out. */
  readonly host?: string;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The parsed body; undefined if it is not JSON. */
  body: unknown;
}

export interface CallOptions {
  headers?: OutgoingHttpHeaders;
  /** Text and bytes go out as they are, anything else as JSON. */
  body?: unknown;
  agent?: Agent;
  /** The address of ours to come from: any in 127.0.0.0/8 is another client to a relay. */
  from?: string;
}

const agent = new Agent({ keepAlive: true });

/** One request over HTTP, with full control over its headers. */
export function call(
  target: Target,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { body, headers = {} } = options;
    const outgoing = request({
      host: target.host ?? '127.0.0.1',
      port: target.port,
      method,
      path,
      agent: options.agent ?? agent,
      localAddress: options.from,
      headers:
        body === undefined || isRaw(body) ? headers : { 'Content-Type': 'application/json', ...headers },
    });
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      text(response).then(
        (answer) =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: answer,
            body: parsed(answer),
          }),
        reject,
      );
    });
    outgoing.end(body === undefined ? undefined : isRaw(body) ? body : JSON.stringify(body));
  });
}

export function get(target: Target, path: string, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
  return call(target, 'GET', path, { headers });
}

export function post(
  target: Target,
  path: string,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): Promise<Answer> {
  return call(target, 'POST', path, { body, headers });
}

/** Sends a message and expects that it was taken. */
export async function send(
  target: Target,
  message: { channel: string; sender?: string; content?: string },
  headers: OutgoingHttpHeaders = {},
): Promise<SendResponse> {
  const answer = await post(target, '/api/send', { sender: 'alice', content: 'hello', ...message }, headers);
  return expected(answer) as SendResponse;
}

/** A listing of `GET /api/messages`. */
export async function list(
  target: Target,
  channel: string,
  query: Record<string, string> = {},
): Promise<MessagesResponse> {
  const path = `/api/messages?${new URLSearchParams({ channel, ...query }).toString()}`;
  return expected(await get(target, path)) as MessagesResponse;
}

export async function state(target: Target, headers: OutgoingHttpHeaders = {}): Promise<StateResponse> {
  return expected(await get(target, '/api/state', headers)) as StateResponse;
}

/** An agent whose one connection is used again and again, and closed after the test. */
export function oneConnection(): Agent {
  const single = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => single.destroy());
  return single;
}

export function bearer(token: string): OutgoingHttpHeaders {
  return { Authorization: `Bearer ${token}` };
}

function expected({ status, text: answer, body }: Answer): unknown {
  if (status !== 200) throw new Error(`expected status 200, got ${status}: ${answer}`);
  return body;
}

function isRaw(body: unknown): body is string | Uint8Array {
  return typeof body === 'string' || body instanceof Uint8Array;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
