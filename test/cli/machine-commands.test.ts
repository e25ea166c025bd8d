import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TokenBody } from '../../src-shared/api/tokens.ts';
import { ApiClient } from '../../src-shared/client/api-client.ts';
import { runProgram, scratchDirectory, spawnProgram, startRelay, type Relay } from '../support/program.ts';
import { canMakeTerminal, runInTerminal } from '../support/terminal.ts';

/** `claude-bridge pair` and `claude-bridge token`, beside a relay that runs. */

let relay: Relay;
let admin: ApiClient;

beforeAll(async () => {
  relay = await startRelay();
  admin = new ApiClient({ url: relay.url, token: () => relay.localToken });
});

const run = (...args: string[]) => runProgram(args, { home: relay.home });

async function tokenOf(label: string): Promise<TokenBody | undefined> {
  return (await admin.tokens()).tokens.find((one) => one.label === label);
}

function whoami(token: string) {
  return new ApiClient({ url: relay.url, token: () => token }).whoami();
}

describe('pair', () => {
  test('shows the code and the whole line for the other machine, waits, and says who has joined', async () => {
    const args = ['pair', '--name', 'atlas', '--channels', 'demo:*', '--expires', '30d'];
    await using pairing = spawnProgram({ args, home: relay.home });
    await pairing.printed('Waiting for it.');
    const code = /^Pairing code: (\S{4}-\S{4})$/m.exec(pairing.stdout)?.[1] ?? '';
    expect(pairing.stdout).toContain(
      'It works once, for 10 minutes. Whoever brings it may: read (demo:*), send (demo:*)\n',
    );
    expect(pairing.stdout).toContain(`\n  claude-bridge join ${relay.url} ${code}\n`);
    expect(pairing.stdout).not.toContain('SHA-256');
    const joined = await new ApiClient({ url: relay.url }).redeemPairing({ code });
    expect(await pairing.exited).toEqual({ code: 0, signal: null });
    expect(pairing.stdout).toMatch(/\n✓ atlas has joined from 127\.0\.0\.1\.\n$/);
    expect(pairing.stderr).toBe('');
    const { rights, channels, created_at, expires_at } = (await tokenOf('atlas')) ?? {};
    expect({ rights, channels }).toEqual({
      rights: ['read', 'send'],
      channels: { read: ['demo:*'], send: ['demo:*'] },
    });
    expect(Date.parse(expires_at ?? '') - Date.parse(created_at ?? '')).toBe(30 * 86_400_000);
    expect((await whoami(joined.token)).principal.label).toBe('atlas');
  });

  test.skipIf(process.platform === 'win32')(
    'that is broken off takes the code back, and ends by the signal',
    async () => {
      await using pairing = spawnProgram({ args: ['pair', '--read-only'], home: relay.home });
      await pairing.printed('Waiting for it.');
      const code = /^Pairing code: (\S+)$/m.exec(pairing.stdout)?.[1] ?? '';
      expect(pairing.stdout).toContain('may: read\n');
      pairing.signal('SIGINT');
      expect(await pairing.exited).toEqual({ code: null, signal: 'SIGINT' });
      const late = new ApiClient({ url: relay.url }).redeemPairing({ code, label: 'late' });
      await expect(late).rejects.toMatchObject({ code: 'unauthorized' });
    },
  );

  test('whose code somebody takes back ends and says so', async () => {
    await using pairing = spawnProgram({ args: ['pair'], home: relay.home });
    await pairing.printed('Waiting for it.');
    const open = (await admin.pairings()).pairings.find(({ state }) => state === 'open');
    await admin.cancelPairing(open?.id ?? '');
    expect(await pairing.exited).toMatchObject({ code: 7 });
    expect(pairing.stderr).toBe('error: the code was taken back, or the relay was started anew\n');
  });

  test('needs the right for it', async () => {
    const { token } = await admin.createToken({ label: 'no admin', rights: ['read', 'send', 'clear'] });
    const file = join(scratchDirectory(), 'token');
    writeFileSync(file, token);
    const { code, stderr } = await run('pair', '--url', relay.url, '--token-file', file);
    expect({ code, stderr }).toEqual({
      code: 6,
      stderr: 'error: this needs the right "admin", which no admin does not have\n',
    });
  });

  test.each([
    [['--scope', 'write'], '--scope must be read, send, clear, admin, or one of them with =channel'],
    [['--scope', 'read', '--read-only'], 'give --read-only or --scope, not both'],
    [['--expires', 'tomorrow'], '--expires must be a time such as 90s, 10m, 12h, 30d or 2w'],
    [['--name', ''], 'label must not be empty'],
    [['--channels', ''], 'channels.read.0 must not be empty'],
  ])('%j is refused with what is wrong, before anything is made', async (args, sentence) => {
    const before = (await admin.pairings()).pairings.length;
    const { code, stdout, stderr } = await run('pair', ...args);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `error: ${sentence}\n` });
    expect((await admin.pairings()).pairings).toHaveLength(before);
  });

  test('without a relay says that none is running', async () => {
    const { code, stderr } = await runProgram(['pair'], { home: scratchDirectory() });
    expect(code).toBe(5);
    expect(stderr).toMatch(/^error: no relay is running here /);
  });
});

describe('token create', () => {
  test('prints the token alone for a script, and what it allows beside it', async () => {
    const scopes = ['--scope', 'read', '--scope', 'send=ops', '--scope', 'send=demo:*'];
    const { code, stdout, stderr } = await run('token', 'create', 'script', ...scopes, '--print');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^cb_[0-9a-f]{12}_[\w-]{43}\n$/);
    expect(stderr).toMatch(/\nscript \([0-9a-f]{12}\) may: read, send \(ops, demo:\*\)\n$/);
    expect((await whoami(stdout.trim())).principal).toMatchObject({
      label: 'script',
      rights: ['read', 'send'],
      channels: { send: ['ops', 'demo:*'] },
    });
  });

  test('puts the token into a file that only its owner can read, and shows it to nobody', async () => {
    const file = join(scratchDirectory(), 'token');
    const { code, stdout, stderr } = await run('token', 'create', 'filed', '--out', file, '--expires', '12h');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const token = readFileSync(file, 'utf8');
    expect(token).toMatch(/^cb_.*\n$/);
    expect(stderr).not.toContain(token.slice(-44, -1));
    expect(stderr).toContain('may: read, send, for 12 hours');
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    const { code: again, stderr: refusal } = await run('token', 'create', 'another', '--out', file);
    expect({ again, refusal }).toEqual({ again: 9, refusal: `error: ${file} exists already\n` });
    expect(await tokenOf('another')).toBeUndefined();
  });

  test('makes none that nobody would get to see', async () => {
    const { code, stdout, stderr } = await run('token', 'create', 'lost');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('give --out FILE or --print');
    const nowhere = join(scratchDirectory(), 'missing', 'token');
    expect((await run('token', 'create', 'lost', '--out', nowhere)).code).toBe(1);
    expect(existsSync(nowhere)).toBe(false);
    expect(await tokenOf('lost')).toBeUndefined();
  });
});

test.skipIf(!canMakeTerminal)('a terminal is shown a new token without being asked for it', async () => {
  const { code, text } = await runInTerminal(['token', 'create', 'seen'], { home: relay.home });
  expect(code).toBe(0);
  expect(text).toMatch(/^This is the only time that the token is shown:\ncb_[0-9a-f]{12}_[\w-]{43}\nseen /);
});

describe('token list', () => {
  test('gives programs all of it, one on a line', async () => {
    await admin.createToken({ label: 'listed', rights: ['read'], channels: { read: ['ops'] } });
    const { code, stdout } = await run('token', 'list');
    const listed = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect({ code, listed }).toEqual({ code: 0, listed: (await admin.tokens()).tokens });
  });

  test.skipIf(!canMakeTerminal)('shows people who may what', async () => {
    await admin.createToken({ label: 'shown', rights: ['read', 'send'], channels: { send: ['ops'] } });
    const { text } = await runInTerminal(['token', 'list'], { home: relay.home, columns: 120 });
    expect(text).toMatch(/^label +id +may +expires +last used/m);
    expect(text).toMatch(/^shown +[0-9a-f]{12} +read, send \(ops\) +never +never/m);
    expect(text).toMatch(/^\d+ tokens$/m);
  });
});

describe('token rotate and revoke', () => {
  test('change a machine over, by its label or its id, and end it', async () => {
    const made = await admin.createToken({ label: 'Changing', rights: ['read'] });
    const file = join(scratchDirectory(), 'token');
    writeFileSync(file, 'the old one');
    expect((await run('token', 'rotate', 'changing', '--out', file)).code).toBe(9);
    const rotated = await run('token', 'rotate', 'changing', '--out', file, '--force', '--grace', '1h');
    expect(rotated.stderr).toMatch(
      /The old token of Changing counts until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\n$/,
    );
    for (const token of [made.token, readFileSync(file, 'utf8').trim()]) await whoami(token);
    const ended = await run('token', 'rotate', made.id, '--print', '--grace', '0s');
    expect(ended.stderr).toContain('The old token of Changing has ended.');
    await expect(whoami(made.token)).rejects.toMatchObject({ code: 'unauthorized' });
    await whoami(ended.stdout.trim());
    const { code, stdout } = await run('token', 'revoke', 'CHANGING');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `The token of Changing (${made.id}) has ended, and everything that was open with it.\n`,
    });
    await expect(whoami(ended.stdout.trim())).rejects.toMatchObject({ code: 'unauthorized' });
    expect(await run('token', 'revoke', 'changing')).toMatchObject({
      code: 7,
      stderr: 'error: there is no token changing (see claude-bridge token list)\n',
    });
  });
});
