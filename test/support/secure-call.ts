import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Answer, Target } from './http-client.ts';

export interface SecureCallOptions {
  /** The certificate to expect, which makes who signed it of no interest. */
  ca: Buffer;
  method?: string;
  headers?: OutgoingHttpHeaders;
  /** Sent as JSON. */
  body?: unknown;
}

/** One request over HTTPS on a connection of its own. */
export async function secureCall(
  target: Target,
  path: string,
  { ca, method = 'GET', headers = {}, body }: SecureCallOptions,
): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({
      ...{ host: target.host ?? '127.0.0.1', port: target.port, servername: 'localhost', ca, agent: false },
      ...{ method, path, headers: { 'Content-Type': 'application/json', ...headers } },
    })
      .once('response', resolve)
      .once('error', reject)
      .end(body === undefined ? undefined : JSON.stringify(body));
  });
  const answer = await text(response);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: answer,
    body: JSON.parse(answer || 'null') as unknown,
  };
}
