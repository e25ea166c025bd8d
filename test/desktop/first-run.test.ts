import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listenChoices } from '../../src-shared/listen-choices.ts';
import type { RelayAddress } from '../../src-shared/api/addresses.ts';
import type { FirstRun } from '../../src-shared/first-run.ts';
import { freePort, takenPort } from '../support/ports.ts';
import { scratchDirectory } from '../support/program.ts';
import { startDesktop, type RunningDesktop } from './start-desktop.ts';

const isBuilt = existsSync(new URL('../../dist/main/cli.js', import.meta.url));
if (!isBuilt) console.warn('no bundle (npm run build): connecting over stdio is not tried');

/** A home with Cursor in it, whose settings are a file that we may edit. */
function homeWithCursor(): string {
  const home = scratchDirectory();
  mkdirSync(join(home, '.cursor'));
  writeFileSync(join(home, '.cursor/mcp.json'), '{\n  "mcpServers": {}\n}\n');
  return home;
}

async function begin(port: number, home = homeWithCursor()): Promise<RunningDesktop> {
  return startDesktop({ home, memory: {}, env: { PATH: '' }, config: { port } });
}

async function stepOf(desktop: RunningDesktop): Promise<FirstRun | null> {
  return (await desktop.state()).firstRun;
}

describe('the first start', () => {
  test('leads from the address by the token to agents that are connected, with a call that really went there', async () => {
    const port = await freePort();
    const desktop = await begin(port);
    const { call, double, home } = desktop;
    await expect.poll(() => double.window.exported.isVisible()).toBe(true);
    expect((await desktop.state()).relay.state).toBe('stopped');
    expect(await stepOf(desktop)).toMatchObject({ step: 'listen', port, freePort: null, problem: null });

    await call('firstRun', { do: 'listen', host: '127.0.0.1', port });
    expect(await stepOf(desktop)).toEqual({ step: 'token', required: false });
    expect((await desktop.state()).relay.state).toBe('running');

    await call('firstRun', { do: 'useToken' });
    expect(await stepOf(desktop)).toEqual({
      step: 'agents',
      clients: [{ id: 'cursor', name: 'Cursor', version: null, progress: { kind: 'found' } }],
    });

    await call('firstRun', { do: 'connect', clients: ['cursor'] });
    const step = await stepOf(desktop);
    expect(step).toMatchObject({ clients: [{ progress: { kind: 'connected' } }] });
    expect(JSON.parse(readFileSync(join(home, '.cursor/mcp.json'), 'utf8'))).toEqual({
      mcpServers: {
        'claude-bridge': expect.objectContaining({ url: `http://127.0.0.1:${port}/mcp` }) as object,
      },
    });

    await call('firstRun', { do: 'finish' });
    expect(await stepOf(desktop)).toBeNull();
    await desktop.quit();
    const second = await startDesktop({ home, env: { PATH: '' } });
    expect(await stepOf(second)).toBeNull();
    await second.until(({ relay: { state } }) => state === 'running');
  });

  test('says that a port is taken, offers a free one, and goes on with that', async () => {
    const port = await takenPort();
    const desktop = await begin(port);
    const first = await stepOf(desktop);
    if (first?.step !== 'listen') throw new Error('the first step is where to listen');
    expect(first.freePort).toBeGreaterThan(port);

    await desktop.call('firstRun', { do: 'listen', host: '127.0.0.1', port });
    const step = await stepOf(desktop);
    expect(step).toMatchObject({
      step: 'listen',
      port,
      problem: expect.stringContaining('in use') as string,
    });

    await desktop.call('firstRun', { do: 'listen', host: '127.0.0.1', port: first.freePort ?? 0 });
    expect(await stepOf(desktop)).toEqual({ step: 'token', required: false });
    expect((await desktop.state()).relay.running?.port).toBe(first.freePort);
  });

  test('looks at another port before anything is changed', async () => {
    const desktop = await begin(await freePort());
    const taken = await takenPort();
    await desktop.call('firstRun', { do: 'lookAtPort', port: taken });
    const step = await stepOf(desktop);
    expect(step).toMatchObject({ step: 'listen', port: taken });
    expect(step).not.toMatchObject({ freePort: null });
    expect((await desktop.state()).relay.state).toBe('stopped');
  });

  test('asks for a token where other machines can come in, and goes back', async () => {
    const port = await freePort();
    const desktop = await begin(port);
    await desktop.call('firstRun', { do: 'listen', host: '0.0.0.0', port });
    expect(await stepOf(desktop)).toEqual({ step: 'token', required: true });
    expect((await desktop.call('showToken')).token).toMatch(/^cb_shared_/);
    await desktop.call('firstRun', { do: 'back' });
    expect(await stepOf(desktop)).toMatchObject({ step: 'listen', port });
    await desktop.call('firstRun', { do: 'listen', host: '127.0.0.1', port });
    expect(await stepOf(desktop)).toEqual({ step: 'token', required: false });
  });

  test.runIf(isBuilt)(
    'connects programs over stdio where a token is needed, so that none lies in settings',
    async () => {
      const port = await freePort();
      const desktop = await begin(port);
      await desktop.call('firstRun', { do: 'listen', host: '0.0.0.0', port });
      await desktop.call('firstRun', { do: 'useToken' });
      await desktop.call('firstRun', { do: 'connect', clients: ['cursor'] });
      expect(await stepOf(desktop)).toMatchObject({ clients: [{ progress: { kind: 'connected' } }] });
      const entry = readFileSync(join(desktop.home, '.cursor/mcp.json'), 'utf8');
      expect(entry).toContain('--stdio');
      expect(entry).not.toContain((await desktop.call('showToken')).token ?? 'no token');
    },
  );

  test('tells which program could not be connected, and why', async () => {
    const port = await freePort();
    const home = homeWithCursor();
    writeFileSync(join(home, '.cursor/mcp.json'), 'not JSON');
    chmodSync(join(home, '.cursor/mcp.json'), 0o600);
    const desktop = await begin(port, home);
    await desktop.call('firstRun', { do: 'listen', host: '127.0.0.1', port });
    await desktop.call('firstRun', { do: 'useToken' });
    await desktop.call('firstRun', { do: 'connect', clients: ['cursor', 'unheard-of'] });
    expect(await stepOf(desktop)).toMatchObject({
      clients: [
        {
          id: 'cursor',
          progress: { kind: 'failed', sentence: expect.stringContaining('mcp.json') as string },
        },
      ],
    });
    expect(readFileSync(join(home, '.cursor/mcp.json'), 'utf8')).toBe('not JSON');
  });

  test('can be skipped: the relay then listens on this computer only', async () => {
    const port = await freePort();
    const desktop = await begin(port);
    await desktop.call('firstRun', { do: 'skip' });
    const { relay, firstRun } = await desktop.until(({ relay: { state } }) => state === 'running');
    expect(firstRun).toBeNull();
    expect(relay.running?.url).toBe(`http://127.0.0.1:${port}`);
    expect(await desktop.ask('firstRun', { do: 'finish' })).toMatchObject({ ok: false });
  });
});

describe('where to listen', () => {
  const address = (host: string, kind: RelayAddress['kind']): RelayAddress => ({
    ...{ url: `http://${host}:8765`, host, kind, label: kind },
    ...{ listening: false, accepted: true, recommended: false },
  });

  test('is best on a tailnet, which has the owner’s machines only', () => {
    const choices = listenChoices([
      address('127.0.0.1', 'loopback'),
      address('100.64.0.10', 'tailnet'),
      address('192.168.1.42', 'lan'),
      address('172.17.0.1', 'container'),
    ]);
    expect(choices.map(({ host, title, recommended }) => [host, title, recommended])).toEqual([
      ['100.64.0.10', 'This computer and Tailscale', true],
      ['192.168.1.42', 'This computer and the local network', false],
      ['127.0.0.1', 'This computer only', false],
      ['0.0.0.0', 'All networks', false],
    ]);
  });

  test('is best on this computer only where other networks are anybody’s', () => {
    const choices = listenChoices([address('127.0.0.1', 'loopback'), address('192.168.1.42', 'lan')]);
    expect(choices.find(({ recommended }) => recommended)?.host).toBe('127.0.0.1');
  });
});
