import type { RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { LocalDoor } from '../../src-main/runtime/local-door.ts';

/** Says what arrived, or misbehaves as the path wants it. */
const handle: RequestListener = (request, response) => {
  const path = request.url ?? '';
  if (path.startsWith('/stream')) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('first\n');
    request.socket.once('close', () => gone.forEach((tell) => tell()));
    return;
  }
  if (path === '/broken') {
    response.destroy();
    return;
  }
  if (path === '/empty') {
    response.writeHead(204).end();
    return;
  }
  void text(request).then((body) => {
    response.setHeader('Set-Cookie', 'session=secret');
    response.setHeader('Strict-Transport-Security', 'max-age=1');
    response.setHeader('Retry-After', '5');
    response.end(
      JSON.stringify({
        method: request.method,
        path,
        headers: request.headers,
        body,
        from: request.socket.remoteAddress,
      }),
    );
  });
};

const gone = new Set<() => void>();

/** Resolves when the relay's side of a stream is closed. */
function relaySideGone(): Promise<void> {
  return new Promise((resolve) => gone.add(resolve));
}

const open = () => new LocalDoor({ handle, token: 'local-token' });

interface Arrived {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  from: string;
}

describe('the way into the relay without a port', () => {
  test('passes a request on with a credential of its own, and nothing of the caller’s identity', async () => {
    const response = await open().fetch(
      new Request('app://bundle/api/send?x=%C3%BC', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: 'Bearer of-the-page',
          cookie: 'session=theirs',
          origin: 'app://bundle',
          'sec-fetch-site': 'cross-site',
          'last-event-id': '42',
        },
        body: '{"a":"ü"}',
      }),
    );
    const arrived = (await response.json()) as Arrived;
    expect(arrived).toMatchObject({
      method: 'POST',
      path: '/api/send?x=%C3%BC',
      body: '{"a":"ü"}',
      from: '127.0.0.1',
    });
    expect(arrived.headers).toMatchObject({
      host: 'localhost',
      authorization: 'Bearer local-token',
      'content-type': 'application/json',
      'last-event-id': '42',
    });
    for (const name of ['cookie', 'origin', 'sec-fetch-site'])
      expect(arrived.headers).not.toHaveProperty(name);
  });

  test('hands the answer out without what belongs to a network', async () => {
    const response = await open().fetch(new Request('app://bundle/api/state'));
    expect(response.headers.get('retry-after')).toBe('5');
    expect(response.headers.get('strict-transport-security')).toBeNull();
    expect(response.headers.getSetCookie()).toEqual([]);
    await response.body?.cancel();
  });

  test('hands out answers without a body', async () => {
    const empty = await open().fetch(new Request('app://bundle/empty'));
    expect([empty.status, empty.body]).toEqual([204, null]);
    const head = await open().fetch(new Request('app://bundle/api/state', { method: 'HEAD' }));
    expect([head.status, head.body]).toEqual([200, null]);
  });

  test('streams, until the reader goes', async () => {
    const closed = relaySideGone();
    const { body } = await open().fetch(new Request('app://bundle/stream'));
    const reader = body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value as Uint8Array)).toBe('first\n');
    await reader?.cancel();
    await closed;
  });

  test('streams, until the caller aborts', async () => {
    const closed = relaySideGone();
    const abort = new AbortController();
    const { body } = await open().fetch(new Request('app://bundle/stream', { signal: abort.signal }));
    const reader = body?.getReader();
    await reader?.read();
    abort.abort();
    await closed;
    await expect(reader?.read()).rejects.toThrow();
  });

  test('takes a body as it comes, however long it is', async () => {
    const counting = new LocalDoor({
      token: 'x',
      handle: (request, response) => {
        let bytes = 0;
        request.on('data', (chunk: Buffer) => (bytes += chunk.length));
        request.on('end', () => response.end(String(bytes)));
      },
    });
    const chunk = new Uint8Array(65_536);
    let left = 200;
    const body = new ReadableStream({
      pull: (controller) => {
        if (left-- > 0) controller.enqueue(chunk);
        else controller.close();
      },
    });
    const response = await counting.fetch(
      new Request('app://bundle/x', { method: 'POST', body, duplex: 'half' }),
    );
    expect(await response.text()).toBe(String(200 * 65_536));
  });

  test('fails when the relay breaks off', async () => {
    await expect(open().fetch(new Request('app://bundle/broken'))).rejects.toMatchObject({
      code: 'unreachable',
    });
  });

  test('is shut with the relay: streams end, and nothing more is taken', async () => {
    const door = open();
    const { body } = await door.fetch(new Request('app://bundle/stream'));
    const reader = body?.getReader();
    await reader?.read();
    door.close();
    await expect(reader?.read()).rejects.toThrow();
    await expect(door.fetch(new Request('app://bundle/api/state'))).rejects.toMatchObject({
      code: 'shutting_down',
    });
  });
});
