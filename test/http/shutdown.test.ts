import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { follow } from '../support/event-reader.ts';
import { bearer, call, get, post, send } from '../support/http-client.ts';
import { scratchDirectory, startRelay, type Relay } from '../support/program.ts';
import { head, RawConnection } from '../support/raw-http.ts';

/** How a relay stops: streams end, work under way is answered, nothing acknowledged is lost. */

/** The one bound on time that is promised, in ms. */
const promised = 3_000;

async function stopWithin(relay: Relay): Promise<void> {
  const started = performance.now();
  expect(await relay.stop()).toEqual({ code: 0, signal: null });
  expect(performance.now() - started).toBeLessThan(promised);
}

function contents(relay: Relay, channel: string): unknown[] {
  const db = new Database(relay.databasePath, { readonly: true });
  try {
    return db.prepare('SELECT content FROM messages WHERE channel = ? ORDER BY seq').pluck().all(channel);
  } finally {
    db.close();
  }
}

describe('SIGTERM', () => {
  test('ends open streams and idle connections, and exits with 0 in time', async () => {
    const relay = await startRelay();
    const streams = await Promise.all(
      Array.from({ length: 20 }, (_, n) => follow(relay, `channel-${n % 3}`)),
    );
    await get(relay, '/status');
    const silent = await RawConnection.open(relay);
    const half = await RawConnection.open(relay);
    half.write('GET /status HTTP/1.1\r\nHost: local');
    await stopWithin(relay);
    await Promise.all([...streams.map(({ closed }) => closed), silent.closed, half.closed]);
    // A stream that ends in order is told from a broken connection.
    expect(streams.every(({ response }) => response.complete)).toBe(true);
  });

  test.each([
    ['without a settings file', undefined, {}],
    ['with one', '{}', {}],
    ['with one that was made since', undefined, { maxSse: 200 }],
  ])('a request that was under way is answered and stored, %s', async (_which, file, change) => {
    const home = scratchDirectory();
    if (file !== undefined) writeFileSync(join(home, 'config.json'), file);
    const relay = await startRelay({ home });
    if (Object.keys(change).length > 0) {
      const headers = bearer(relay.localToken);
      expect((await call(relay, 'PATCH', '/api/settings', { body: change, headers })).status).toBe(200);
    }
    using stream = await follow(relay, 'x');
    const connection = await RawConnection.open(relay);
    const body = JSON.stringify({ channel: 'under way', sender: 's', content: 'kept' });
    connection.write(head('POST /api/send HTTP/1.1', 'Host: localhost', `Content-Length: ${body.length}`));
    connection.write(body.slice(0, 10));
    // The answer to another request on a later connection shows that the first part has arrived.
    await get(relay, '/status');
    const exited = relay.stop();
    // The end of the stream shows that the relay is stopping.
    await stream.closed;
    connection.write(body.slice(10));
    const [answer] = await connection.answers(1);
    expect(answer?.status).toBe(200);
    expect(answer?.headers['connection']).toBe('close');
    expect(await exited).toEqual({ code: 0, signal: null });
    expect(contents(relay, 'under way')).toEqual(['kept']);
  });

  test('of a burst of sends every acknowledged one is in the database', async () => {
    const relay = await startRelay();
    using stream = await follow(relay, 'burst');
    const acknowledged: string[] = [];
    const sender = async (name: number) => {
      for (let n = 0; ; n++) {
        const content = `${name}:${n}`;
        try {
          const answer = await post(relay, '/api/send', { channel: 'burst', sender: 's', content });
          if (answer.status === 200) acknowledged.push(content);
          else expect(answer.status).toBe(503);
        } catch {
          return; // The relay no longer listens.
        }
      }
    };
    const sending = Promise.all(Array.from({ length: 16 }, (_, n) => sender(n)));
    await stream.take(100);
    await stopWithin(relay);
    await sending;
    expect(acknowledged.length).toBeGreaterThanOrEqual(100);
    expect(contents(relay, 'burst').toSorted()).toEqual(expect.arrayContaining(acknowledged.toSorted()));
    expect(new Set(contents(relay, 'burst')).size).toBe(contents(relay, 'burst').length);
  });

  test.skipIf(!hasOpenssl)('a TLS handshake that never comes does not hold it up', async () => {
    const { certPath, keyPath } = makeCertificate({ dir: scratchDirectory() });
    const relay = await startRelay({ args: ['--tls-cert', certPath, '--tls-key', keyPath] });
    const socket: Socket = connect(relay.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('connect', resolve));
    await stopWithin(relay);
    socket.destroy();
  });

  test('leaves nothing behind that a later start would trip over, nor does SIGKILL', async () => {
    const relay = await startRelay();
    await send(relay, { channel: 'kept', content: '1' });
    await relay.kill();
    const again = await startRelay({ home: relay.home });
    await send(again, { channel: 'kept', content: '2' });
    await stopWithin(again);
    expect(contents(again, 'kept')).toEqual(['1', '2']);
  });
});

test('a second signal exits at once, while the first still waits for a request', async () => {
  const relay = await startRelay();
  using stream = await follow(relay, 'x');
  const connection = await RawConnection.open(relay);
  connection.write(head('POST /api/send HTTP/1.1', 'Host: localhost', 'Content-Length: 100'));
  await get(relay, '/status');
  relay.signal('SIGTERM');
  await stream.closed;
  relay.signal('SIGINT');
  expect(await relay.exited).toEqual({ code: 130, signal: null });
  connection.close();
});

test('while it stops, new streams are refused and connections are not kept', async () => {
  const relay = await startRelay();
  using stream = await follow(relay, 'x');
  const connection = await RawConnection.open(relay);
  connection.write(head('POST /api/send HTTP/1.1', 'Host: localhost', 'Content-Length: 2'));
  const late = await RawConnection.open(relay);
  late.write('GET /events/channel/x HTTP/1.1\r\n');
  await get(relay, '/status');
  const exited = relay.stop();
  await stream.closed;
  late.write('Host: localhost\r\n\r\n');
  const [refused] = await late.answers(1);
  expect(refused).toMatchObject({ status: 503, body: { code: 'shutting_down' } });
  connection.write('{}');
  expect((await connection.answers(1))[0]).toMatchObject({ status: 400, headers: { connection: 'close' } });
  expect(await exited).toEqual({ code: 0, signal: null });
});
