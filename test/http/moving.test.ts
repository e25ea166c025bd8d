import { readFileSync, writeFileSync } from 'node:fs';
import { type IncomingMessage } from 'node:http';
import { request as overTls } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SettingsChange } from '../../src-shared/api/settings.ts';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { EventReader, follow, openEvents } from '../support/event-reader.ts';
import { bearer, call, get, list, oneConnection, post, send } from '../support/http-client.ts';
import { networkAddress } from '../support/networks.ts';
import { freePort } from '../support/ports.ts';
import { runtimeFileIn, scratchDirectory, startRelay, type Relay } from '../support/program.ts';
import { RawConnection, head } from '../support/raw-http.ts';
import { secureCall } from '../support/secure-call.ts';
import { expectError } from './expect-answer.ts';

/** A relay that moves to another port, address or protocol while it is used. */

/** Serves others without a token, so that what is tested is where it listens and not who is let in. */
const open = { port: 0, allowUnauthenticatedNetwork: true };

async function relayWith(settings: object): Promise<Relay> {
  const home = scratchDirectory();
  writeFileSync(join(home, 'config.json'), JSON.stringify(settings));
  return startRelay({ home, portFromFile: true });
}

/** Changes settings over plain HTTP, at a port where the relay is. */
async function change(relay: Relay, body: object, port = relay.port): Promise<SettingsChange> {
  const headers = bearer(relay.localToken);
  const answer = await call({ port }, 'PATCH', '/api/settings', { body, headers });
  expect(answer.status, answer.text).toBe(200);
  return answer.body as SettingsChange;
}

function whereabouts({ home }: Relay): { url: string; port: number } {
  const { url } = runtimeFileIn(home);
  return { url, port: Number(new URL(url).port) };
}

describe('to another port', () => {
  test('new connections go there, open ones and their streams stay', async () => {
    await using relay = await relayWith({ port: 0 });
    using stream = await follow(relay, 'x');
    const agent = oneConnection();
    expect((await call(relay, 'GET', '/status', { agent })).status).toBe(200);
    const port = await freePort();

    const moved = await change(relay, { port });

    expect(moved).toMatchObject({ applied: { port: [0, port] }, url: `http://127.0.0.1:${port}` });
    expect(whereabouts(relay)).toEqual({ url: moved.url, port });
    await relay.printed(new RegExp(`http://127.0.0.1:${port}/mcp`));
    await expect(RawConnection.open(relay)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect((await call(relay, 'GET', '/status', { agent })).status).toBe(200);
    const { id } = await send({ port }, { channel: 'x' });
    expect(await stream.next()).toMatchObject({ event: 'message', id });
  });

  test('commands on this machine find it there', async () => {
    await using relay = await relayWith({ port: 0 });
    const port = await freePort();
    await change(relay, { port });
    const { url, token } = runtimeFileIn(relay.home);
    expect((await post({ port: Number(new URL(url).port) }, '/api/reload', {}, bearer(token))).status).toBe(
      200,
    );
  });
});

// Only Linux has the whole network 127.0.0.0/8 without being asked.
describe.skipIf(process.platform !== 'linux')('to other addresses with the same port', () => {
  test('and back: a stream over an address that is still served stays, one over another ends', async () => {
    await using relay = await relayWith(open);
    using near = await follow(relay, 'x');
    await change(relay, { host: '0.0.0.0' });
    const far = await RawConnection.open({ port: relay.port, host: '127.0.0.2' });
    far.write(head('GET /events/channel/x HTTP/1.1', 'Host: localhost'));
    await far.receivedText('\r\n\r\n');
    const idle = await RawConnection.open({ port: relay.port, host: '127.0.0.2' });
    idle.write(head('GET /status HTTP/1.1', 'Host: localhost'));
    await idle.answers(1);

    await change(relay, { host: '127.0.0.1' });

    await Promise.all([far.closed, idle.closed]);
    // The end of the last chunk: the stream ended in order.
    expect(far.received.endsWith('0\r\n\r\n')).toBe(true);
    await expect(RawConnection.open({ port: relay.port, host: '127.0.0.2' })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    const { id } = await send(relay, { channel: 'x' });
    expect(await near.next()).toMatchObject({ event: 'message', id });
  });

  test('to the network: a token is made, and is needed at once, also by those who are connected', async () => {
    await using relay = await relayWith({ port: 0 });
    const agent = oneConnection();
    expect((await call(relay, 'GET', '/api/state', { agent })).status).toBe(200);
    expect((await change(relay, { host: '0.0.0.0' })).token_required).toBe(true);
    const token = readFileSync(join(relay.home, 'token'), 'utf8').trim();
    expectError(await call(relay, 'GET', '/api/state', { agent }), 401, 'unauthorized');
    expect((await get(relay, '/api/state', bearer(token))).status).toBe(200);
    expect(relay.stdout + relay.stderr).not.toContain(token);
  });

  test('where one is taken, nothing has changed and nobody was cut off', async () => {
    await using relay = await relayWith(open);
    using stream = await follow(relay, 'x');
    const other = createServer().listen(relay.port, '127.0.0.3');
    onTestFinished(() => void other.close());
    await new Promise((resolve) => other.once('listening', resolve));
    const body = { host: '0.0.0.0' };
    const headers = bearer(relay.localToken);

    expectError(
      await call(relay, 'PATCH', '/api/settings', { body, headers }),
      ...([409, 'port_unavailable', 'port'] as const),
    );

    expect(JSON.parse(readFileSync(join(relay.home, 'config.json'), 'utf8'))).toEqual(open);
    const connection = await RawConnection.open(relay);
    connection.close();
    const { id } = await send(relay, { channel: 'x' });
    expect(await stream.next()).toMatchObject({ event: 'message', id });
  });

  test('the Host rule follows', async () => {
    await using relay = await relayWith({ port: 0 });
    const named = { Host: 'relay.localhost.example' };
    expectError(await get(relay, '/status', named), 400, 'host_not_allowed', 'Host');
    await change(relay, { trustedHosts: ['relay.localhost.example'], host: '127.0.0.2' });
    const connection = await RawConnection.open({ port: relay.port, host: '127.0.0.2' });
    connection.write(head('GET /status HTTP/1.1', 'Host: relay.localhost.example', 'Connection: close'));
    expect((await connection.answers(1))[0]?.status).toBe(200);
  });
});

describe.skipIf(!hasOpenssl)('to TLS on the same port', () => {
  /** A stream over TLS. */
  async function followSecurely(port: number, ca: Buffer, since?: string): Promise<EventReader> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      overTls({
        ...{ host: '127.0.0.1', port, ca, servername: 'localhost', path: '/events/channel/x', agent: false },
        headers: since === undefined ? {} : { 'Last-Event-ID': since },
      })
        .once('response', resolve)
        .once('error', reject)
        .end();
    });
    return new EventReader(response);
  }

  test('and back: what was readable ends and resumes, what was encrypted stays', async () => {
    const made = makeCertificate({ dir: scratchDirectory() });
    const ca = readFileSync(made.certPath);
    await using relay = await relayWith({ port: 0 });
    const { port } = relay;
    using readable = await follow(relay, 'x');
    const { id: first } = await send(relay, { channel: 'x', content: '1' });
    expect((await readable.next())?.id).toBe(first);

    const on = await change(relay, { tlsCert: made.certPath, tlsKey: made.keyPath });

    expect(on.url).toBe(`https://127.0.0.1:${port}`);
    expect(whereabouts(relay).url).toBe(on.url);
    await readable.closed;
    expect(readable.response.complete).toBe(true);
    const plain = await RawConnection.open(relay);
    plain.write(head('GET /status HTTP/1.1', 'Host: localhost'));
    await plain.closed;
    const body = { channel: 'x', sender: 's', content: '2' };
    const sent = await secureCall(relay, '/api/send', { ca, method: 'POST', body });
    expect(sent.status).toBe(200);
    using encrypted = await followSecurely(port, ca, first);
    expect((await encrypted.next())?.data['content']).toBe('2');

    const off = await secureCall(relay, '/api/settings', {
      ...{ ca, method: 'PATCH', headers: bearer(relay.localToken) },
      body: { tlsCert: null, tlsKey: null },
    });

    expect(off.body).toMatchObject({ url: `http://127.0.0.1:${port}` });
    await send(relay, { channel: 'x', content: '3' });
    expect((await encrypted.next())?.data['content']).toBe('3');
    expect((await list(relay, 'x')).messages).toHaveLength(3);
  });

  test('another certificate is used for new connections, and renewals of that one are followed', async () => {
    const dir = scratchDirectory();
    const [one, other, third] = [
      makeCertificate({ dir }),
      makeCertificate({ dir }),
      makeCertificate({ dir }),
    ];
    await using relay = await relayWith({ port: 0, tlsCert: one.certPath, tlsKey: one.keyPath });
    const ca = readFileSync(one.certPath);
    using stream = await followSecurely(relay.port, ca);
    await secureCall(relay, '/api/settings', {
      ...{ ca, method: 'PATCH', headers: bearer(relay.localToken) },
      body: { tlsCert: other.certPath, tlsKey: other.keyPath },
    });
    const newCa = readFileSync(other.certPath);
    await expect(secureCall(relay, '/status', { ca })).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    const body = { channel: 'x', sender: 's', content: 'kept' };
    expect((await secureCall(relay, '/api/send', { ca: newCa, method: 'POST', body })).status).toBe(200);
    expect((await stream.next())?.data['content']).toBe('kept');
    writeFileSync(other.certPath, readFileSync(third.certPath));
    writeFileSync(other.keyPath, readFileSync(third.keyPath));
    await relay.logged('the certificate was replaced');
    expect((await secureCall(relay, '/status', { ca: readFileSync(third.certPath) })).status).toBe(200);
  });
});

test('moved again and again under load, it loses and doubles nothing', async () => {
  await using relay = await relayWith(open);
  const acknowledged = new Set<string>();
  let isOver = false;

  /** Sends until the end, each message under a key of its own until it is acknowledged. */
  const sender = async (name: string) => {
    for (let n = 0; !isOver; n++) {
      const body = { channel: 'x', sender: name, content: `${name}:${n}`, idempotency_key: `${name}:${n}` };
      for (;;) {
        const answer = await post(whereabouts(relay), '/api/send', body).catch(() => undefined);
        if (answer?.status !== 200) continue;
        acknowledged.add((answer.body as { id: string }).id);
        break;
      }
    }
  };

  /** Follows the channel, again from the last id whenever the stream ends. */
  const received: string[] = [];
  const subscriber = async () => {
    for (let content: unknown; content !== 'the end';) {
      const path = `/events/channel/x?replay=all&since_id=${received.at(-1) ?? ''}`;
      const stream = await openEvents(whereabouts(relay), path).catch(() => undefined);
      for (let frame = await stream?.next(); frame; frame = await stream?.next()) {
        received.push(frame.id ?? frame.event);
        content = frame.data['content'];
        if (content === 'the end') break;
      }
      stream?.close();
    }
  };

  const network = networkAddress.ipv4 === undefined ? [] : [{ host: networkAddress.ipv4 }];
  const beginning = await send(relay, { channel: 'x', content: 'the beginning' });
  acknowledged.add(beginning.id);
  received.push(beginning.id);
  const following = subscriber();
  const sending = Promise.all(['a', 'b', 'c', 'd'].map(sender));
  for (let turn = 0; turn < 6; turn++) {
    const places = [{ host: '0.0.0.0' }, { port: await freePort() }, ...network, { host: '127.0.0.1' }];
    for (const place of places) {
      await change(relay, place, whereabouts(relay).port);
      const count = received.length;
      while (received.length < count + 5) await new Promise(setImmediate);
    }
  }
  isOver = true;
  await sending;
  acknowledged.add((await send(whereabouts(relay), { channel: 'x', content: 'the end' })).id);
  await following;

  expect(new Set(received).size).toBe(received.length);
  expect(received.toSorted()).toEqual([...acknowledged].toSorted());
});
