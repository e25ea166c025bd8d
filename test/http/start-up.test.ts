import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { bearer, get, send } from '../support/http-client.ts';
import { programEntry, runProgram, scratchDirectory, startRelay, type Result } from '../support/program.ts';
import { expectError } from './expect-answer.ts';

/** What is refused before the relay says that it runs, and how it protects itself on a network. */

const canMakeTerminal = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;
if (!canMakeTerminal) console.warn('there is no script(1): the test that needs a terminal is skipped');

/** What a relay that serves the network says on a terminal. */
async function bannerOnTerminal(home: string): Promise<string> {
  const command = `${process.execPath} ${programEntry} --port 0 --host 0.0.0.0`;
  const terminal = spawn('script', ['-qec', command, '/dev/null'], {
    env: { PATH: process.env['PATH'], HOME: home, CLAUDE_BRIDGE_HOME: home },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => terminal.once('close', resolve));
  let shown = '';
  terminal.stdout.setEncoding('utf8');
  for await (const chunk of terminal.stdout) {
    shown += String(chunk);
    if (/(━+)\r\n[^]*\n\1\r\n/.test(shown)) break;
  }
  const { pid } = JSON.parse(readFileSync(join(home, 'runtime/relay.json'), 'utf8')) as { pid: number };
  process.kill(pid, 'SIGTERM');
  await ended;
  return shown;
}

function expectRefusal({ code, stdout, stderr }: Result, expected: number, says: RegExp): void {
  expect([code, stdout]).toEqual([expected, '']);
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  expect(stderr).toMatch(says);
}

describe.skipIf(!hasOpenssl)('a certificate that cannot be used: 2', () => {
  const dir = scratchDirectory();
  const day = 86_400_000;
  const start = (certPath: string, keyPath: string) =>
    runProgram(['--port', '0', '--tls-cert', certPath, '--tls-key', keyPath]);

  test('the key of another', async () => {
    const [one, other] = [makeCertificate({ dir }), makeCertificate({ dir })];
    expectRefusal(await start(one.certPath, other.keyPath), 2, /does not belong to/);
  });

  test('expired', async () => {
    const { certPath, keyPath } = makeCertificate({
      dir,
      validFrom: new Date(Date.now() - 10 * day),
      validTo: new Date(Date.now() - day),
    });
    expectRefusal(await start(certPath, keyPath), 2, /expired on \d{4}-\d\d-\d\d/);
  });

  test('not valid yet', async () => {
    const { certPath, keyPath } = makeCertificate({
      dir,
      validFrom: new Date(Date.now() + day),
      validTo: new Date(Date.now() + 10 * day),
    });
    expectRefusal(await start(certPath, keyPath), 2, /not valid before/);
  });

  test('a key behind a passphrase', async () => {
    const { certPath, keyPath } = makeCertificate({ dir, passphrase: 'example-passphrase' });
    expectRefusal(await start(certPath, keyPath), 2, /key\.pem/);
  });

  test('certificate and key swapped', async () => {
    const { certPath, keyPath } = makeCertificate({ dir });
    expectRefusal(await start(keyPath, certPath), 2, /\.pem/);
  });
});

describe('a database that cannot be used: 4', () => {
  const start = (db: string) => runProgram(['--port', '0', '--db', db]);

  test('not SQLite', async () => {
    const db = join(scratchDirectory(), 'text.db');
    writeFileSync(db, 'this is no database, whatever its name says\n'.repeat(100));
    expectRefusal(await start(db), 4, /text\.db: the file is not a SQLite database/);
    expect(readFileSync(db, 'utf8')).toMatch(/^this is no database/);
  });

  test('cut in the middle', async () => {
    const relay = await startRelay();
    for (let n = 0; n < 50; n++) await send(relay, { channel: 'x', content: 'x'.repeat(1000) });
    await relay.stop();
    truncateSync(relay.databasePath, 8192);
    expectRefusal(await start(relay.databasePath), 4, /damaged/);
  });

  test('in a folder that cannot be made', async () => {
    const file = join(scratchDirectory(), 'file');
    writeFileSync(file, '');
    expectRefusal(await start(join(file, 'x.db')), 4, /x\.db/);
  });
});

describe.skipIf(process.platform === 'win32')('a data directory that cannot be written', () => {
  const asOrdinaryUser = process.getuid?.() === 0 ? { uid: 65_534 } : {};

  test('is said in one line, before anything runs', async () => {
    const home = join(scratchDirectory(), 'locked');
    mkdirSync(home);
    chmodSync(join(home, '..'), 0o755);
    chmodSync(home, 0o555);
    const result = await runProgram(['--port', '0'], { home, ...asOrdinaryUser });
    expectRefusal(result, 4, /claude-bridge\.db/);
    const elsewhere = join(scratchDirectory(), 'db');
    mkdirSync(elsewhere);
    chmodSync(join(elsewhere, '..'), 0o755);
    chmodSync(elsewhere, 0o777);
    const withDatabase = await runProgram(['--port', '0', '--db', join(elsewhere, 'x.db')], {
      home,
      ...asOrdinaryUser,
    });
    expectRefusal(withDatabase, 2, /cannot write .*locked.*: permission denied/);
  });

  test('a file in its place is said, too', async () => {
    const home = join(scratchDirectory(), 'file');
    writeFileSync(home, '');
    const { code, stderr } = await runProgram(['--port', '0'], { home });
    expect([2, 4]).toContain(code);
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
  });
});

describe('on an address that others can reach', () => {
  const network = ['--host', '0.0.0.0'];

  test('a token is made, kept in a 0600 file, not printed to a pipe, required, and the same at the next start', async () => {
    const first = await startRelay({ args: network });
    const file = join(first.home, 'token');
    const token = readFileSync(file, 'utf8').trim();
    expect(token).toMatch(/^cb_shared_[\w-]{43}$/);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(first.stdout).toContain(`Token: generated, kept in ${file}`);
    expect(first.stdout).toContain('--header "Authorization: Bearer $CLAUDE_BRIDGE_TOKEN"');
    expectError(await get(first, '/api/state'), 401, 'unauthorized');
    expect((await get(first, '/api/state', bearer(token))).status).toBe(200);
    await first.stop();

    await using again = await startRelay({ args: network, home: first.home });
    expect((await get(again, '/api/state', bearer(token))).status).toBe(200);
    expect(again.stdout).toContain(`Token: kept in ${file}`);
    expect(first.stdout + first.stderr + again.stdout + again.stderr).not.toContain(token);
  });

  test('a token that is made beside that of the desktop application is warned of', async () => {
    const home = scratchDirectory();
    writeFileSync(join(home, 'token.protected'), 'encrypted by the system');
    await using relay = await startRelay({ home, args: network });
    await relay.logged('the desktop application has another token');
  });

  test.skipIf(!canMakeTerminal)(
    'a terminal is shown the made token once, in the complete command',
    async () => {
      const home = scratchDirectory();
      const shown = await bannerOnTerminal(home);
      const token = readFileSync(join(home, 'token'), 'utf8').trim();
      expect(shown).toMatch(
        new RegExp(
          `claude mcp add .* http://127\\.0\\.0\\.1:\\d+/mcp --header 'Authorization: Bearer ${token}'`,
        ),
      );
      expect(await bannerOnTerminal(home)).not.toContain(token);
    },
  );

  test('a configured token makes no file', async () => {
    await using relay = await startRelay({ args: network, env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'example' } });
    expect(existsSync(join(relay.home, 'token'))).toBe(false);
    expectError(await get(relay, '/api/state'), 401, 'unauthorized');
  });

  test('a token file that cannot be used stops the start: 2', async () => {
    const home = scratchDirectory();
    writeFileSync(join(home, 'token'), '\n', { mode: 0o600 });
    expectRefusal(await runProgram(['--port', '0', ...network], { home }), 2, /token/);
  });

  test.each([
    ['flag', [...network, '--allow-unauthenticated-network'], {}],
    ['variable', network, { CLAUDE_BRIDGE_ALLOW_UNAUTHENTICATED_NETWORK: '1' }],
  ])(
    '10.1 row 44: --allow-unauthenticated-network by %s opts out, with a warning in the banner',
    async (_by, args, env) => {
      await using relay = await startRelay({ args, env });
      expect(relay.stdout).toMatch(/⚠ Anyone who can reach this address can read, send and clear/);
      expect(existsSync(join(relay.home, 'token'))).toBe(false);
      expect((await get(relay, '/api/state', { 'X-Forwarded-For': '203.0.113.9' })).status).toBe(200);
    },
  );

  test('10.1 row 44: another loopback address is no network', async () => {
    await using relay = await startRelay({ args: ['--host', '127.0.0.2'] });
    expect(relay.url).toBe(`http://127.0.0.2:${relay.port}`);
    expect(existsSync(join(relay.home, 'token'))).toBe(false);
  });
});
