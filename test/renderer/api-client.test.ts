import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { HttpApiClient } from '../../src-renderer/api-client.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function clientOf(answer: RequestListener): Promise<HttpApiClient> {
  const listening = createServer(answer);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return new HttpApiClient(`http://127.0.0.1:${(listening.address() as AddressInfo).port}`);
}

const unasked = new AbortController().signal;

test('the state of a relay is handed on', async () => {
  const state = { service: 'claude-bridge', channels: [] };
  const client = await clientOf((_request, response) => void response.end(JSON.stringify(state)));
  expect(await client.readState(unasked)).toEqual({ kind: 'state', state });
});

test('a token goes into the header and nowhere else, and not at all before there is one', async () => {
  const seen: (string | undefined)[] = [];
  const client = await clientOf((request, response) => {
    seen.push(request.url, request.headers.authorization, request.headers.cookie);
    response.end('{}');
  });
  await client.readState(unasked);
  client.useToken('cb_x');
  await client.readState(unasked);
  expect(seen).toEqual(['/api/state', undefined, undefined, '/api/state', 'Bearer cb_x', undefined]);
});

test("a refusal carries the relay's code, sentence and pause", async () => {
  const error = new BridgeError('too_many_attempts', 'Try again later.');
  const client = await clientOf((_request, response) => {
    response.writeHead(error.status, { 'Retry-After': '42' }).end(JSON.stringify(error.toBody()));
  });
  expect(await client.readState(unasked)).toEqual({
    kind: 'refused',
    status: 429,
    code: 'too_many_attempts',
    sentence: 'Try again later.',
    retryAfter: 42,
  });
});

test.each([
  ['a page', 502, '<h1>Bad gateway</h1>'],
  ['some other JSON', 200, '{"service":"another"}'],
])('%s is no answer of a relay', async (_what, status, body) => {
  const client = await clientOf((_request, response) => void response.writeHead(status).end(body));
  expect(await client.readState(unasked)).toMatchObject({ kind: 'refused', status, code: undefined });
});

test('a closed connection means that the relay is unreachable', async () => {
  const client = await clientOf((request) => void request.socket.destroy());
  expect(await client.readState(unasked)).toEqual({ kind: 'unreachable' });
});

test('a question that was called off has no answer', async () => {
  const asker = new AbortController();
  const client = await clientOf(() => asker.abort());
  expect(await client.readState(asker.signal)).toBeUndefined();
});
