import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { describe, expect, test } from 'vitest';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { scratchDirectory } from '../support/program.ts';
import { EventReader } from '../support/event-reader.ts';
import { freePort, takenPort } from '../support/ports.ts';
import { startDesktop, type RunningDesktop } from './start-desktop.ts';

async function running(
  options: Parameters<typeof startDesktop>[0] = {},
): Promise<RunningDesktop & { url: string }> {
  const desktop = await startDesktop(options);
  const { relay } = await desktop.until(({ relay: { state } }) => state === 'running');
  return { ...desktop, url: relay.running?.url ?? '' };
}

describe('settings of the relay', () => {
  test('are changed while it runs, in the file that the command line reads', async () => {
    const { call, home } = await running();
    const { applied } = await call('changeSettings', { retentionDays: 30 });
    expect(applied).toEqual({ retentionDays: [0, 30] });
    expect(JSON.parse(readFileSync(join(home, 'config.json'), 'utf8'))).toEqual({ retentionDays: 30 });
    const { settings } = await call('readSettings');
    expect(settings.find(({ key }) => key === 'retentionDays')?.value).toBe(30);
  });

  test('move it to another port, and a stream of the window goes on', async () => {
    const { call, double, url, until } = await running({ env: {}, config: { port: await freePort() } });
    using reader = await openStream(double);
    const port = await freePort();
    const change = await call('changeSettings', { port });
    expect(change.url).toBe(`http://127.0.0.1:${port}`);
    await until(({ relay }) => relay.running?.port === port);
    await expect(fetch(`${url}/status`)).rejects.toThrow();
    await send(double, 'demo:x', 'after the move');
    expect((await reader.next())?.data).toMatchObject({ content: 'after the move' });
  });

  test('that cannot be used are refused with the reason, and nothing has changed', async () => {
    const port = await takenPort();
    const { ask, url, home } = await running({ env: {}, config: { port: await freePort() } });
    const before = readFileSync(join(home, 'config.json'), 'utf8');
    expect(await ask('changeSettings', { port })).toMatchObject({
      ok: false,
      error: { code: 'port_unavailable' },
    });
    expect(await ask('changeSettings', { port: 'many' })).toMatchObject({
      ok: false,
      error: { field: 'port' },
    });
    expect(await ask('changeSettings', { speed: 1 })).toMatchObject({
      ok: false,
      error: { code: 'unknown_field' },
    });
    expect(readFileSync(join(home, 'config.json'), 'utf8')).toBe(before);
    expect((await fetch(`${url}/status`)).status).toBe(200);
  });

  test('can be changed while it is stopped, and count from its next start on', async () => {
    const { call, click, until } = await running({ env: {}, config: { port: await freePort() } });
    await click('Stop relay');
    await until(({ relay: { state } }) => state === 'stopped');
    const port = await freePort();
    await call('changeSettings', { port });
    await call('startRelay');
    await until(({ relay }) => relay.running?.port === port);
  });

  test.runIf(hasOpenssl)('switch TLS on, and the window goes on as before', async () => {
    const { certPath, keyPath } = makeCertificate({ dir: scratchDirectory(), altNames: ['127.0.0.1'] });
    const { call, double, until, ask } = await running();
    const facts = await call('inspectCertificate', { certPath, keyPath });
    expect(facts).toMatchObject({ subject: 'CN=bridge.example', names: ['127.0.0.1'], warnings: [] });
    await call('changeSettings', { tlsCert: certPath, tlsKey: keyPath });
    const { relay } = await until(({ relay }) => relay.running?.tls !== null);
    expect(relay.running?.url).toMatch(/^https:/);
    expect((await double.request('/api/state')).status).toBe(200);
    const wrong = await ask('inspectCertificate', { certPath, keyPath: certPath });
    expect(wrong).toMatchObject({ ok: false, error: { code: 'invalid_value' } });
  });
});

describe('the token', () => {
  test('is shown and replaced where the system keeps it; the old one is worth nothing', async () => {
    const { call, double, url, home, until } = await running({ config: { requireToken: true } });
    const { token } = await call('showToken');
    expect((await call('readState')).token).toEqual({ place: 'keychain', note: null });
    const ask = (value: string | null) =>
      fetch(`${url}/api/state`, { headers: { authorization: `Bearer ${value ?? ''}` } });
    expect((await ask(token)).status).toBe(200);
    const { token: next } = await call('rotateToken', { grace_seconds: 0 });
    expect(next).not.toBe(token);
    expect((await ask(token)).status).toBe(401);
    expect((await ask(next)).status).toBe(200);
    expect((await double.request('/api/state')).status).toBe(200);
    expect(readdirSync(home)).not.toContain('token');
    await until(({ relay: { state } }) => state === 'running');
  });

  test('is replaced in its file where the system does not protect it', async () => {
    const { call, home } = await running({
      config: { requireToken: true },
      prepare: ({ safeStorage }) => (safeStorage.backend = 'basic_text'),
    });
    const file = join(home, 'token');
    expect((await call('readState')).token).toMatchObject({ place: 'file' });
    expect(readFileSync(file, 'utf8').trim()).toBe((await call('showToken')).token);
    const { token } = await call('rotateToken', { grace_seconds: 0 });
    expect(readFileSync(file, 'utf8').trim()).toBe(token);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await call('showToken')).toEqual({ token });
  });

  test('that was configured is replaced in the settings', async () => {
    const { call, home } = await running({ config: { authToken: 'chosen-by-hand' } });
    expect((await call('readState')).token).toEqual({ place: 'configured', note: null });
    const { token } = await call('rotateToken', { grace_seconds: 0 });
    expect(JSON.parse(readFileSync(join(home, 'config.json'), 'utf8'))).toMatchObject({ authToken: token });
    expect(await call('showToken')).toEqual({ token });
  });

  test('in a file of the user is left to the user', async () => {
    const file = join(scratchDirectory(), 'mine');
    writeFileSync(file, 'of-my-own\n');
    const { ask } = await running({ config: { authTokenFile: file } });
    expect(await ask('rotateToken', {})).toMatchObject({ ok: false, error: { code: 'conflict' } });
    expect(readFileSync(file, 'utf8')).toBe('of-my-own\n');
  });

  test('is not there where none is needed', async () => {
    const { call } = await running();
    expect(await call('showToken')).toEqual({ token: null });
    expect((await call('readState')).token).toEqual({ place: 'none', note: null });
  });
});

describe('what a person chooses', () => {
  test('is kept beside the settings of the relay, and neither disturbs the other', async () => {
    const { call, double, home } = await running();
    await call('changeDesktopSettings', { theme: 'dark', notifications: 'all' });
    await call('changeSettings', { retentionDays: 7 });
    expect(double.nativeTheme.exported.themeSource).toBe('dark');
    expect(JSON.parse(readFileSync(join(home, 'config.json'), 'utf8'))).toEqual({
      desktop: { theme: 'dark', notifications: 'all' },
      retentionDays: 7,
    });
    expect((await call('readState')).settings).toMatchObject({ theme: 'dark', notifications: 'all' });
  });

  test('can keep the computer awake, and lets it sleep again', async () => {
    const { call, double } = await running();
    await call('changeDesktopSettings', { keepAwake: true });
    expect(double.powerSaveBlocker.running.size).toBe(1);
    await call('changeDesktopSettings', { keepAwake: false });
    expect(double.powerSaveBlocker.running.size).toBe(0);
  });

  test('is to start at login', async () => {
    const { call, home } = await running();
    await call('setStartAtLogin', { enabled: true });
    expect((await call('readState')).login).toEqual({ enabled: true, note: null });
    expect(existsSync(join(home, '.config/autostart/claude-bridge-desktop.desktop'))).toBe(true);
  });

  test('is a file, or none', async () => {
    const { call, double } = await running();
    expect(await call('chooseFile', { purpose: 'certificate' })).toBeNull();
    double.dialog.path = '/etc/ssl/bridge.pem';
    expect(await call('chooseFile', { purpose: 'certificate' })).toEqual({ path: '/etc/ssl/bridge.pem' });
    expect(double.dialog.openOptions?.properties).toEqual(['openFile']);
  });
});

describe('a backup', () => {
  test('is written where the person says, whole or not at all', async () => {
    const { call, ask, double } = await running();
    await send(double, 'demo:x', 'kept');
    expect(await call('saveCopy', { what: 'backup' })).toBeNull();
    const path = join(scratchDirectory(), 'backup.db');
    double.dialog.path = path;
    const saved = await call('saveCopy', { what: 'backup' });
    expect(saved).toEqual({ path, bytes: statSync(path).size });
    expect(readFileSync(path).subarray(0, 15).toString()).toBe('SQLite format 3');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    double.dialog.path = join(scratchDirectory(), 'no/such/folder/backup.db');
    expect(await ask('saveCopy', { what: 'backup' })).toMatchObject({ ok: false });
    expect(existsSync(double.dialog.path)).toBe(false);
  });
});

test('text goes into the clipboard, files and folders open', async () => {
  const { call, double, home } = await running();
  await call('copyText', { text: 'http://127.0.0.1:8765' });
  expect(double.clipboard.text).toBe('http://127.0.0.1:8765');
  await call('showDataDirectory');
  expect(double.shell.paths).toEqual([home]);
});

/** What the window reads of a stream. */
async function openStream(double: RunningDesktop['double']): Promise<EventReader> {
  const { body } = await double.request('/events?all=1');
  // All that the reader uses of a response is its stream.
  return new EventReader(Readable.fromWeb(body as ReadableStream) as unknown as IncomingMessage);
}

async function send(double: RunningDesktop['double'], channel: string, content: string): Promise<void> {
  const response = await double.request('/api/send', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'app://bundle' },
    body: JSON.stringify({ channel, sender: 'ada', content }),
  });
  expect(response.status).toBe(200);
}
