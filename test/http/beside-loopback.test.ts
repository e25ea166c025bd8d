import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AddressesResponse } from '../../src-shared/api/addresses.ts';
import type { SettingsChange } from '../../src-shared/api/settings.ts';
import type { RunningStatus } from '../../src-shared/bridge-status.ts';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { follow } from '../support/event-reader.ts';
import { bearer, call, get, oneConnection, send, type Answer, type Target } from '../support/http-client.ts';
import { hasLoopback6, networkAddress } from '../support/networks.ts';
import { freePort, takenPort } from '../support/ports.ts';
import { runProgram, runtimeFileIn, scratchDirectory, startRelay, type Relay } from '../support/program.ts';
import { head, RawConnection } from '../support/raw-http.ts';
import { secureCall } from '../support/secure-call.ts';
import { expectError } from './expect-answer.ts';

/** A relay on the address of one network, which programs of its own machine find on loopback all the same. */

const { ipv4, ipv6 } = networkAddress;
if (ipv4 === undefined)
  console.warn('this machine is in no network of IPv4: tests of a relay there are skipped');
if (ipv6 === undefined)
  console.warn('this machine is in no network of IPv6: tests of a relay there are skipped');

const there = ipv4 ?? '';

/** Where this machine finds a relay on `there`, its loopback by IPv6 included if it has that. */
function urls(port: number): { near: string; also: string[]; far: string; all: string[] } {
  const [near, far] = [`http://127.0.0.1:${port}`, `http://${there}:${port}`];
  const also = hasLoopback6 ? [`http://[::1]:${port}`] : [];
  return { near, also, far, all: [near, ...also, far] };
}

/** A relay whose settings can be changed while it runs. */
async function relayWith(settings: object): Promise<Relay> {
  const home = scratchDirectory();
  writeFileSync(join(home, 'config.json'), JSON.stringify(settings));
  return startRelay({ home, portFromFile: true });
}

/** Serves others without a token, so that what is tested is where it listens and not who is let in. */
const open = { allowUnauthenticatedNetwork: true };

async function change(relay: Relay, body: object, at: Target = relay): Promise<SettingsChange> {
  const answer = await call(at, 'PATCH', '/api/settings', { body, headers: bearer(relay.localToken) });
  expect(answer.status, answer.text).toBe(200);
  return answer.body as SettingsChange;
}

async function statusOf(relay: Relay, at: Target = relay): Promise<RunningStatus> {
  const answer = await get(at, '/api/relay', bearer(relay.localToken));
  expect(answer.status, answer.text).toBe(200);
  return answer.body as RunningStatus;
}

async function expectNobody(at: Target): Promise<void> {
  await expect(RawConnection.open(at)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
}

async function expectRelay(...places: Target[]): Promise<void> {
  for (const at of places)
    expect((await call(at, 'GET', '/status', { agent: oneConnection() })).status).toBe(200);
}

describe.skipIf(ipv4 === undefined)('on one address of a network', () => {
  test('it answers on loopback, too, which is what this machine is told', async () => {
    await using relay = await startRelay({ args: ['--host', there] });
    const { port } = relay;
    const { near, also, far, all } = urls(port);
    await expectRelay({ port }, { port, host: there });
    if (hasLoopback6) await expectRelay({ port, host: '::1' });
    expect(relay.url).toBe(near);
    expect(runtimeFileIn(relay.home)).toMatchObject({ url: near, alsoAt: [...also, far] });
    for (const url of [near, far]) expect(relay.stdout).toContain(`${url}/mcp`);
    expect(await statusOf(relay)).toMatchObject({ url: near, port, warnings: [] });
    const listed = (await get(relay, '/api/addresses', bearer(relay.localToken))).body as AddressesResponse;
    const listening = listed.addresses.filter((address) => address.listening);
    expect(listening.map(({ url, recommended }) => [url, recommended])).toEqual(
      all.map((url) => [url, url === far]),
    );
    // Where nothing else is known than what was said by hand, this machine's own token is found for both.
    for (const url of all) {
      expect(await runProgram(['status', '--url', url], { home: relay.home })).toMatchObject({ code: 0 });
    }
  });

  test('loopback needs the token as it does beside all addresses, and no more is let in', async () => {
    for (const args of [[], ['--allow-unauthenticated-network']]) {
      await using all = await startRelay({ args: ['--host', '0.0.0.0', ...args] });
      await using one = await startRelay({ args: ['--host', there, ...args] });
      expect(existsSync(join(one.home, 'token'))).toBe(args.length === 0);
      for (const headers of [
        {},
        { 'X-Forwarded-For': '203.0.113.9' },
        { Forwarded: 'for=127.0.0.1' },
        { Host: 'rebound.example' },
        { Origin: 'http://foreign.example' },
        bearer('wrong'),
      ]) {
        for (const host of ['127.0.0.1', there]) {
          const [expected, found] = await Promise.all(
            [all, one].map(async ({ port }) => {
              const { status, body } = await get({ port, host }, '/api/whoami', headers);
              return [status, body];
            }),
          );
          expect(found, JSON.stringify({ args, headers, host })).toEqual(expected);
        }
      }
      if (args.length === 0) expectError(await get(one, '/api/state'), 401, 'unauthorized');
    }
  });

  test('--no-loopback, and its variable, leave loopback to others', async () => {
    for (const { args, env } of [
      { args: ['--no-loopback'], env: {} },
      { args: [], env: { CLAUDE_BRIDGE_LOOPBACK: '0' } },
    ]) {
      // One that is free on loopback: the system would choose one that is free there.
      const given = ['--host', there, '--port', String(await freePort())];
      await using relay = await startRelay({ args: [...given, ...args], env });
      const { port } = relay;
      expect(relay.url).toBe(`http://${there}:${port}`);
      await expectNobody({ port });
      await takenPort(port);
      expect(await statusOf(relay, { port, host: there })).toMatchObject({ url: relay.url, warnings: [] });
    }
  });

  test('stops on both in order: streams end, what is under way is answered', async () => {
    const relay = await relayWith({ ...open, host: there, port: 0 });
    const { port } = relay;
    using near = await follow({ port }, 'x');
    using far = await follow({ port, host: there }, 'x');
    const connection = await RawConnection.open({ port });
    const body = JSON.stringify({ channel: 'y', sender: 's', content: 'kept' });
    connection.write(head('POST /api/send HTTP/1.1', 'Host: localhost', `Content-Length: ${body.length}`));
    connection.write(body.slice(0, 10));
    await expectRelay({ port });
    const exited = relay.stop();
    await Promise.all([near.closed, far.closed]);
    expect([near.response.complete, far.response.complete]).toEqual([true, true]);
    await expectNobody({ port });
    await expectNobody({ port, host: there });
    connection.write(body.slice(10));
    expect((await connection.answers(1))[0]?.status).toBe(200);
    expect(await exited).toEqual({ code: 0, signal: null });
  });
});

describe.skipIf(ipv4 === undefined)('moved while it runs', () => {
  test('from this machine to a network and back, nobody on loopback is turned away or cut off', async () => {
    await using relay = await relayWith({ ...open, port: 0 });
    const { port } = relay;
    using stream = await follow(relay, 'x');
    const agent = oneConnection();
    let [isOver, answered] = [false, 0];
    const comer = async () => {
      for (; !isOver; answered++) {
        // A new connection each time: one that is refused rejects.
        const connection = await RawConnection.open({ port });
        connection.write(head('GET /status HTTP/1.1', 'Host: localhost', 'Connection: close'));
        expect((await connection.answers(1))[0]?.status).toBe(200);
      }
    };
    const comers = Promise.all([comer(), comer(), comer()]);
    const settled = async () => {
      const count = answered;
      while (answered < count + 20) await new Promise(setImmediate);
    };
    for (let turn = 0; turn < 5; turn++) {
      const out = await change(relay, { host: there });
      expect(out).toMatchObject({ url: `http://127.0.0.1:${port}`, token_required: false });
      expect(out.addresses).toEqual(urls(port).all);
      await settled();
      using far = await follow({ port, host: there }, 'x');
      const { id } = await send({ port, host: there }, { channel: 'x' });
      expect([await stream.next(), await far.next()]).toMatchObject([{ id }, { id }]);
      await change(relay, { host: '127.0.0.1' });
      await far.closed;
      expect(far.response.complete).toBe(true);
      await expectNobody({ port, host: there });
      await settled();
    }
    isOver = true;
    await comers;
    expect((await call({ port }, 'GET', '/status', { agent })).status).toBe(200);
    const { id } = await send(relay, { channel: 'x' });
    expect(await stream.next()).toMatchObject({ id });
  });

  test('to another port, both go', async () => {
    await using relay = await relayWith({ ...open, host: there, port: 0 });
    const before = relay.port;
    using stream = await follow(relay, 'x');
    const port = await freePort();
    expect(await change(relay, { port })).toMatchObject({ url: `http://127.0.0.1:${port}` });
    const { near, also, far } = urls(port);
    expect(runtimeFileIn(relay.home)).toMatchObject({ url: near, alsoAt: [...also, far] });
    await expectNobody({ port: before });
    await expectNobody({ port: before, host: there });
    await expectRelay({ port, host: there });
    const { id } = await send({ port }, { channel: 'x' });
    expect(await stream.next()).toMatchObject({ id });
  });

  test('to all addresses and back, connections over what is served on both sides stay', async () => {
    await using relay = await relayWith({ ...open, host: there, port: 0 });
    const { port } = relay;
    using near = await follow(relay, 'x');
    using far = await follow({ port, host: there }, 'x');
    const moved = await change(relay, { host: '0.0.0.0' });
    expect(moved.url).toBe(`http://127.0.0.1:${port}`);
    await expectRelay({ port }, { port, host: there });
    await change(relay, { host: there });
    await expectRelay({ port }, { port, host: there });
    const { id } = await send(relay, { channel: 'x' });
    expect([await near.next(), await far.next()]).toMatchObject([{ id }, { id }]);
  });

  test('where a move is refused, both are as they were', async () => {
    await using relay = await relayWith({ ...open, host: there, port: 0 });
    const { port } = relay;
    using near = await follow(relay, 'x');
    using far = await follow({ port, host: there }, 'x');
    // Both have to be given up for this one, and then be had again.
    await takenPort(port, '127.0.0.3');
    const headers = bearer(relay.localToken);
    for (const [body, field] of [
      [{ host: '0.0.0.0' }, 'port'],
      [{ host: '203.0.113.9' }, 'host'],
      [{ port: await takenPort(0, there) }, 'port'],
    ] as const) {
      const refused = await call(relay, 'PATCH', '/api/settings', { body, headers });
      expectError(refused, 409, 'port_unavailable', field);
    }
    await expectRelay({ port }, { port, host: there });
    expect(await statusOf(relay)).toMatchObject({ url: `http://127.0.0.1:${port}`, warnings: [] });
    const { id } = await send(relay, { channel: 'x' });
    expect([await near.next(), await far.next()]).toMatchObject([{ id }, { id }]);
  });

  test('loopback can be given up and had again, and ends what came in there', async () => {
    await using relay = await relayWith({ ...open, host: there, port: 0 });
    const { port } = relay;
    const far: Target = { port, host: there };
    using stream = await follow({ port }, 'x');
    using stays = await follow(far, 'x');
    expect(await change(relay, { loopback: false }, far)).toMatchObject({ url: `http://${there}:${port}` });
    await stream.closed;
    await expectNobody({ port });
    expect(runtimeFileIn(relay.home).url).toBe(`http://${there}:${port}`);
    expect(await change(relay, { loopback: null }, far)).toMatchObject({ url: `http://127.0.0.1:${port}` });
    const { id } = await send({ port }, { channel: 'x' });
    expect(await stays.next()).toMatchObject({ id });
  });
});

describe.skipIf(ipv4 === undefined)('where another program has the port on loopback', () => {
  /** What `claude-bridge doctor` finds of it, as a program is told. */
  async function examined(relay: Relay): Promise<Answer['body'][]> {
    const { stdout } = await runProgram(['doctor', '--json'], { home: relay.home });
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { subject: string })
      .filter(({ subject }) => subject === 'loopback');
  }

  test('the relay runs on its address, says so everywhere, and takes loopback at a reload', async () => {
    const other = await startRelay();
    const { port } = other;
    const home = scratchDirectory();
    writeFileSync(join(home, 'config.json'), JSON.stringify({ host: there, port }));
    const before = await runProgram(['doctor', '--json'], { home });
    expect(before.stdout).toMatch(
      /"subject":"loopback","result":"warning","says":"\d+ on 127\.0\.0\.1 is taken by a relay/,
    );

    await using relay = await startRelay({ home, portFromFile: true });
    const far: Target = { port, host: there };
    const best = urls(port).also[0] ?? urls(port).far;
    const where = hasLoopback6 ? 'but not at all its addresses of loopback' : 'only';
    const sentence = `this machine reaches the relay at ${best} ${where}: cannot listen on 127.0.0.1 port ${port}: the port is in use by another program (choose another with --port; claude-bridge doctor says whose it is)`;
    expect(relay.url).toBe(best);
    expect(relay.stderr).toContain(sentence);
    expect(relay.stdout).toContain(`⚠ ${sentence}`);
    expect(await statusOf(relay, far)).toMatchObject({ url: relay.url, warnings: [sentence] });
    expect(await examined(relay)).toMatchObject([{ result: 'warning', says: sentence }]);
    const status = await runProgram(['status', '--json'], { home });
    expect(JSON.parse(status.stdout)).toMatchObject({ url: relay.url, warnings: [sentence] });

    await other.stop();
    expect(await runProgram(['config', 'reload'], { home })).toMatchObject({ code: 0 });

    expect(runtimeFileIn(home).url).toBe(`http://127.0.0.1:${port}`);
    expect(await statusOf(relay)).toMatchObject({ warnings: [] });
    expect(await examined(relay)).toEqual([]);
    await relay.printed(new RegExp(`http://127\\.0\\.0\\.1:${port}/mcp`));
  });

  test('a change to that address is no failure either', async () => {
    await using relay = await relayWith({ ...open, host: '127.0.0.2', port: 0 });
    const { port } = relay;
    await takenPort(port);
    const addresses = [...urls(port).also, urls(port).far];
    expect(await change(relay, { host: there }, { port, host: '127.0.0.2' })).toMatchObject({
      url: addresses[0],
      addresses,
    });
    await relay.logged(`cannot listen on 127.0.0.1 port ${port}`);
    await expectRelay({ port, host: there });
  });
});

describe.skipIf(ipv4 === undefined || !hasOpenssl)('with TLS', () => {
  test('both have the same certificate, and switch together', async () => {
    const { certPath, keyPath } = makeCertificate({
      dir: scratchDirectory(),
      altNames: ['localhost', '127.0.0.1', there],
    });
    const ca = readFileSync(certPath);
    await using relay = await relayWith({ ...open, host: there, port: 0 });
    const { port } = relay;
    using readable = await follow({ port }, 'x');
    const on = await change(relay, { tlsCert: certPath, tlsKey: keyPath });
    expect(on.url).toBe(`https://127.0.0.1:${port}`);
    await readable.closed;
    for (const host of ['127.0.0.1', there]) {
      expect((await secureCall({ port, host }, '/status', { ca })).status).toBe(200);
      const plain = await RawConnection.open({ port, host });
      plain.write(head('GET /status HTTP/1.1', 'Host: localhost'));
      await plain.closed;
      expect(plain.received).not.toContain('claude-bridge');
    }
  });

  test('this machine is told the address that the certificate is for', async () => {
    const { certPath, keyPath } = makeCertificate({ dir: scratchDirectory(), altNames: [there] });
    const args = ['--host', there, '--tls-cert', certPath, '--tls-key', keyPath];
    await using relay = await startRelay({ args });
    expect(runtimeFileIn(relay.home)).toMatchObject({
      url: `https://${there}:${relay.port}`,
      alsoAt: [...urls(relay.port).also, urls(relay.port).near]
        .sort()
        .map((url) => url.replace('http:', 'https:')),
    });
    for (const [host, code] of [
      [there, 0],
      ['127.0.0.1', 5],
    ] as const) {
      const words = ['status', '--url', `https://${host}:${relay.port}`, '--ca-file', certPath];
      expect(await runProgram(words, { home: relay.home })).toMatchObject({ code });
    }
  });
});

describe('what stays as it was', () => {
  test.skipIf(process.platform !== 'linux')('another loopback address stands alone', async () => {
    await using relay = await startRelay({ args: ['--host', '127.0.0.2'] });
    await expectNobody(relay);
    expect(runtimeFileIn(relay.home)).toMatchObject({ url: `http://127.0.0.2:${relay.port}`, alsoAt: [] });
  });

  test.each([
    ['127.0.0.1', 'http://127.0.0.1'],
    ['localhost', 'http://localhost'],
    ['0.0.0.0', 'http://127.0.0.1'],
  ])('%s is bound by itself', async (host, url) => {
    await using relay = await startRelay({ args: ['--host', host] });
    expect(runtimeFileIn(relay.home)).toMatchObject({ url: `${url}:${relay.port}`, alsoAt: [] });
    expect(await statusOf(relay)).toMatchObject({ warnings: [] });
  });
});

test.skipIf(ipv6 === undefined)('on an address of IPv6 it answers on loopback of both families', async () => {
  await using relay = await startRelay({ args: ['--host', ipv6 ?? ''] });
  const { port } = relay;
  // What agents of this machine are set up with.
  expect(relay.url).toBe(`http://127.0.0.1:${port}`);
  await expectRelay({ port }, { port, host: '::1' }, { port, host: ipv6 ?? '' });
});

test.skipIf(ipv4 === undefined || !hasLoopback6)(
  'where another program has one address of loopback, it has the other',
  async () => {
    const port = await takenPort(0, '::1');
    const home = scratchDirectory();
    writeFileSync(join(home, 'config.json'), JSON.stringify({ ...open, host: there, port }));
    await using relay = await startRelay({ home, portFromFile: true });
    const sentence = `this machine reaches the relay at http://127.0.0.1:${port} but not at all its addresses of loopback: cannot listen on ::1 port ${port}: `;
    expect((await statusOf(relay)).warnings).toEqual([expect.stringContaining(sentence)]);
    await expectRelay({ port }, { port, host: there });
  },
);

test.skipIf(ipv4 === undefined)(
  'a relay on the default address that finds one beside it is told where to look, and then what to do',
  async () => {
    await using other = await startRelay({ args: ['--host', there] });
    const home = scratchDirectory();
    const started = await runProgram(['--port', String(other.port)], { home });
    expect(started).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('doctor says whose it is') as string,
    });
    writeFileSync(join(home, 'config.json'), JSON.stringify({ port: other.port }));
    const { stdout } = await runProgram(['doctor', '--json'], { home });
    expect(stdout).toMatch(/is taken by a relay .*--no-loopback keeps it off/);
  },
);
