import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { BridgeStatus } from '../../src-shared/bridge-status.ts';
import { Port } from '../../src-main/http/port.ts';
import { Bridge } from '../../src-main/runtime/bridge.ts';
import { loadSettings } from '../../src-main/settings/load.ts';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { follow } from '../support/event-reader.ts';
import { get, list, send, state } from '../support/http-client.ts';
import { anyText, textLike } from '../support/matchers.ts';
import { freePort, takenPort } from '../support/ports.ts';
import { scratchDirectory } from '../support/program.ts';

/** The relay as the desktop application operates it: without HTTP, in its own process. */

interface Opened {
  bridge: Bridge;
  home: string;
  /** Every status that was told, its state alone. */
  told: BridgeStatus['state'][];
}

async function opened(settings: object = { port: 0 }, home = scratchDirectory()): Promise<Opened> {
  writeFileSync(join(home, 'config.json'), JSON.stringify(settings));
  const loaded = await loadSettings({ flags: { logLevel: 'silent' }, env: {}, dataDirectory: home });
  const bridge = new Bridge({ loaded, version: '2.0.0-test', log: pino({ level: 'silent' }) });
  const told: BridgeStatus['state'][] = [];
  bridge.onChange((status) => told.push(status.state));
  onTestFinished(() => bridge.stop());
  return { bridge, home, told };
}

/** Where the relay is. */
function target({ bridge }: Pick<Opened, 'bridge'>): { port: number } {
  const { running } = bridge.status();
  if (!running) throw new Error('the relay does not run');
  return { port: running.port };
}

function config({ home }: Pick<Opened, 'home'>): unknown {
  return JSON.parse(readFileSync(join(home, 'config.json'), 'utf8'));
}

describe('starting and stopping', () => {
  test('says at each step where it stands', async () => {
    const { bridge, home, told } = await opened();
    expect(bridge.status()).toEqual({ state: 'stopped', error: null, running: null });
    await bridge.start();
    await bridge.start();
    expect(bridge.status()).toEqual({
      state: 'running',
      error: null,
      running: {
        url: textLike(/^http:\/\/127\.0\.0\.1:\d+$/),
        port: target({ bridge }).port,
        addresses: expect.arrayContaining([expect.objectContaining({ kind: 'loopback' })]) as never,
        warnings: [],
        tls: null,
        token: { required: false, file: null },
        started_at: anyText,
        database: join(home, 'claude-bridge.db'),
        paused_since: null,
        held_messages: 0,
        counts: { streams: 0, waiters: 0, agents: 0, browser_sessions: 0 },
      },
    });
    expect((await get(target({ bridge }), '/status')).status).toBe(200);
    await bridge.stop();
    await bridge.stop();
    expect(bridge.status()).toEqual({ state: 'stopped', error: null, running: null });
    expect(existsSync(join(home, 'runtime/relay.json'))).toBe(false);
    expect(told.slice(0, 3)).toEqual(['starting', 'running', 'stopped']);
  });

  test('again and again keeps what was stored, and ends streams in order', async () => {
    const { bridge } = await opened();
    for (const content of ['1', '2', '3']) {
      await bridge.start();
      using stream = await follow(target({ bridge }), 'x');
      await send(target({ bridge }), { channel: 'x', content });
      expect((await stream.next())?.data['content']).toBe(content);
      await bridge.stop();
      await stream.closed;
      expect(stream.response.complete).toBe(true);
    }
    await bridge.start();
    expect((await list(target({ bridge }), 'x')).messages).toHaveLength(3);
  });

  test('asked for all at once comes one after the other', async () => {
    const { bridge, told } = await opened();
    await Promise.all([
      bridge.start(),
      bridge.stop(),
      bridge.start(),
      bridge.apply({ maxSse: 5 }),
      bridge.restart(),
    ]);
    expect(told.filter((one, index) => one !== told[index - 1])).toEqual([
      'starting',
      'running',
      'stopped',
      'starting',
      'running',
      'stopped',
      'starting',
      'running',
    ]);
    expect(bridge.settings().settings.find(({ key }) => key === 'maxSse')?.value).toBe(5);
  });

  test('a restart takes over what cannot change before', async () => {
    const { bridge, home } = await opened();
    await bridge.start();
    await send(target({ bridge }), { channel: 'x' });
    const change = await bridge.apply({ db: 'other.db' });
    expect(change).toMatchObject({ applied: {}, after_restart: ['db'] });
    expect((await list(target({ bridge }), 'x')).messages).toHaveLength(1);
    await bridge.restart();
    expect(bridge.status().running?.database).toBe(join(home, 'other.db'));
    expect((await list(target({ bridge }), 'x')).messages).toEqual([]);
  });
});

describe('a relay that cannot start', () => {
  test('says why, with the code and the setting, and starts where it is told to', async () => {
    const port = await takenPort();
    const { bridge, told } = await opened({ port });
    await expect(bridge.start()).rejects.toMatchObject({ code: 'port_unavailable' });
    expect(bridge.status()).toEqual({
      state: 'error',
      error: {
        ...{ code: 'port_unavailable', field: 'port' },
        ...{ error: textLike(/in use by another program/), message: textLike(/in use by another program/) },
      },
      running: null,
    });
    // What is as it was need not be tried: that would be refused, and the rest with it.
    await bridge.apply({ maxSse: 5 });
    await expect(bridge.apply({ port: await takenPort() })).rejects.toMatchObject({ field: 'port' });
    expect(await bridge.apply({ port: await freePort() })).toMatchObject({ url: null, addresses: [] });
    await bridge.start();
    expect(told).toContain('error');
    expect(bridge.status()).toMatchObject({ state: 'running', error: null });
  });

  test('because of its database or certificate says so, too', async () => {
    const home = scratchDirectory();
    writeFileSync(join(home, 'text.db'), 'this is no database\n'.repeat(100));
    const { bridge } = await opened({ port: 0, db: 'text.db' }, home);
    await expect(bridge.start()).rejects.toBeInstanceOf(BridgeError);
    expect(bridge.status()).toMatchObject({ state: 'error', error: { code: 'storage_corrupt' } });
    await bridge.apply({ db: null, tlsCert: null });
    await expect(
      bridge.apply({ tlsCert: '/nowhere/cert.pem', tlsKey: '/nowhere/key.pem' }),
    ).rejects.toMatchObject({ code: 'invalid_value', field: 'tlsCert' });
    await bridge.start();
    expect(bridge.status().state).toBe('running');
  });

  test('cannot be paused, nor get another token', async () => {
    const { bridge } = await opened();
    await expect(bridge.pause()).rejects.toMatchObject({ code: 'conflict' });
    await expect(bridge.rotateToken()).rejects.toMatchObject({ code: 'conflict' });
    expect(bridge.showToken()).toBeUndefined();
  });
});

describe('while it runs', () => {
  test.skipIf(!hasOpenssl)('it tells of what changes, with what people are shown of it', async () => {
    const { certPath, keyPath } = makeCertificate({ dir: scratchDirectory() });
    const { bridge } = await opened({ port: 0, requireToken: true });
    await bridge.start();
    const statuses: BridgeStatus[] = [];
    const end = bridge.onChange((status) => statuses.push(status));
    await bridge.apply({ tlsCert: certPath, tlsKey: keyPath });
    expect(statuses.at(-1)?.running).toMatchObject({
      url: textLike(/^https:/),
      token: { required: true, file: textLike(/token$/) },
      tls: {
        subject: 'CN=bridge.example',
        names: ['localhost', '127.0.0.1', '::1'],
        fingerprint: textLike(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/),
        valid_to: textLike(/^\d{4}-/),
        warnings: [],
      },
    });
    end();
    const count = statuses.length;
    await bridge.apply({ tlsCert: null, tlsKey: null });
    expect(statuses).toHaveLength(count);
  });

  test('it is paused and resumed, also by another process on the same file', async () => {
    const home = scratchDirectory();
    const first = await opened({ port: 0 }, home);
    await first.bridge.start();
    const other = await opened({ port: 0, db: join(home, 'claude-bridge.db') });
    await other.bridge.start();
    await first.bridge.pause();
    expect(first.bridge.status().running?.paused_since).toEqual(anyText);
    await send(target(other), { channel: 'x' });
    await expect.poll(() => first.bridge.status().running?.held_messages).toBe(1);
    expect(await state(target(other))).toMatchObject({ paused: true, held_messages: 1 });

    const resumed = new Promise<void>((resolve) => {
      first.bridge.onChange(({ running }) => {
        if (running?.paused_since === null) resolve();
      });
    });
    await other.bridge.resume();
    await resumed;
    expect(await state(target(first))).toMatchObject({ paused: false });
  });

  test('it shows the token to its owner, and gives another one with a time of grace', async () => {
    const { bridge, home } = await opened({ port: 0, requireToken: true });
    await bridge.start();
    const before = bridge.showToken();
    const { token, file, old_until } = await bridge.rotateToken({ graceSeconds: 60 });
    expect([bridge.showToken(), file]).toEqual([token, join(home, 'token')]);
    expect(token).not.toBe(before);
    expect(Date.parse(old_until)).toBeLessThanOrEqual(Date.now() + 60_000);
    await bridge.restart();
    expect(bridge.showToken()).toBe(token);
    for (const one of [token, before]) {
      const headers = { Authorization: `Bearer ${one ?? ''}` };
      expect((await get(target({ bridge }), '/api/state', headers)).status).toBe(200);
    }
  });

  test('a token in a vault is replaced there, and no file is made', async () => {
    const home = scratchDirectory();
    const kept = ['fictional-first'];
    const loaded = await loadSettings({
      flags: { port: '0', requireToken: true, logLevel: 'silent' },
      env: {},
      dataDirectory: home,
    });
    const vault = {
      read: () => kept.at(-1),
      write: (token: string) => Promise.resolve(void kept.push(token)),
    };
    const bridge = new Bridge({ loaded, version: '2.0.0-test', log: pino({ level: 'silent' }), vault });
    onTestFinished(() => bridge.stop());
    await bridge.start();
    expect(bridge.showToken()).toBe('fictional-first');
    const { token, file } = await bridge.rotateToken();
    expect([file, kept]).toEqual([null, ['fictional-first', token]]);
    await bridge.reload();
    await bridge.restart();
    expect(bridge.showToken()).toBe(token);
    expect(existsSync(join(home, 'token'))).toBe(false);
    expect(existsSync(join(home, 'config.json'))).toBe(false);
  });
});

describe('when a change of address goes wrong', () => {
  test('and the old one is lost with it, the relay stops and says why', async () => {
    const { bridge, home } = await opened();
    await bridge.start();
    const before = config({ home });
    using stream = await follow(target({ bridge }), 'x');
    const taken = new BridgeError('port_unavailable', 'the port is gone', {
      cause: Object.assign(new Error('taken'), { code: 'EADDRINUSE' }),
    });
    // Whoever was faster: neither the new address can be bound nor the old one again.
    const bind = vi.spyOn(Port, 'bind').mockRejectedValue(taken);
    onTestFinished(() => bind.mockRestore());
    const ended = new Promise<BridgeStatus>((resolve) => {
      bridge.onChange((status) => {
        if (status.state === 'error') resolve(status);
      });
    });

    await expect(bridge.apply({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'port_unavailable' });

    expect(await ended).toMatchObject({ error: { code: 'port_unavailable' }, running: null });
    await stream.closed;
    expect(config({ home })).toEqual(before);
    bind.mockRestore();
    await bridge.start();
    expect(bridge.status().state).toBe('running');
  });
});
