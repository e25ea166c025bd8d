import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { follow } from '../support/event-reader.ts';
import { bearer, call, get, send, state } from '../support/http-client.ts';
import { runProgram, scratchDirectory, startRelay, type Relay } from '../support/program.ts';
import { textLike } from '../support/matchers.ts';

/** Section 1 of the wire specification: the rows that 0.9.1 has, as decided where versions differ. */

describe('1.2 flags', () => {
  let relay: Relay;
  let db: string;

  beforeAll(async () => {
    db = join(scratchDirectory(), 'by-flag.db');
    relay = await startRelay({
      args: [
        ...[
          '--db',
          db,
          '--no-dashboard',
          '--auth-token',
          'flag-token',
          '--retention-days',
          '3',
          '--audit-log',
        ],
        ...['--cors-origin', 'https://one.example', '--cors-origin', 'https://two.example'],
      ],
      // Every variable says the opposite (1.4: a flag overrides its variable).
      env: {
        CLAUDE_BRIDGE_DB: 'by-variable.db',
        CLAUDE_BRIDGE_NO_DASHBOARD: 'false',
        CLAUDE_BRIDGE_AUTH_TOKEN: 'variable-token',
        CLAUDE_BRIDGE_RETENTION_DAYS: '5',
        CLAUDE_BRIDGE_AUDIT_LOG: 'off',
        CLAUDE_BRIDGE_CORS_ORIGIN: 'https://variable.example',
      },
    });
  });

  test('--port 0 lets the system choose, --host is 127.0.0.1 by default', () => {
    expect(relay.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(relay.port).toBeGreaterThan(0);
  });

  test('--db is the file that holds the messages', async () => {
    await send(relay, { channel: 'flags' }, bearer('flag-token'));
    expect(relay.databasePath).toBe(db);
    expect(existsSync(db)).toBe(true);
    expect(existsSync(join(relay.home, 'by-variable.db'))).toBe(false);
  });

  test('--no-dashboard leaves nothing at /', async () => {
    expect((await get(relay, '/')).status).toBe(404);
  });

  test('--auth-token is required, and the variable does not count', async () => {
    const status = async (headers = {}) => (await get(relay, '/api/state', headers)).status;
    expect([
      await status(),
      await status(bearer('variable-token')),
      await status(bearer('flag-token')),
    ]).toEqual([401, 401, 200]);
  });

  test('--cors-origin is repeatable and replaces the list of the variable', async () => {
    const allowed = async (origin: string) =>
      (await get(relay, '/status', { Origin: origin })).headers['access-control-allow-origin'];
    expect(await allowed('https://one.example')).toBe('https://one.example');
    expect(await allowed('https://two.example')).toBe('https://two.example');
    expect(await allowed('https://variable.example')).toBeUndefined();
  });

  test('--retention-days and --audit-log are in force', async () => {
    expect(await state(relay, bearer('flag-token'))).toMatchObject({
      retention_days: 3,
      audit_enabled: true,
    });
  });

  test('--version prints name and version on standard output', async () => {
    expect(await runProgram(['--version'])).toMatchObject({
      code: 0,
      stdout: `claude-bridge ${manifest.version}\n`,
      stderr: '',
    });
  });

  test.each(['--help', '-h'])('%s prints every flag of the original', async (flag) => {
    const { code, stdout } = await runProgram([flag]);
    expect(code).toBe(0);
    for (const name of [
      ...['--host', '--port', '--db', '--no-dashboard', '--auth-token', '--auth-token-file', '--cors-origin'],
      ...['--tls-cert', '--tls-key', '--retention-days', '--audit-log', '--stdio', '--version', '--help'],
      ...['--trusted-host', '--allow-unauthenticated-network'],
    ]) {
      expect(stdout).toContain(name);
    }
  });
});

describe('1.3 environment variables', () => {
  let relay: Relay;

  beforeAll(async () => {
    const cwd = scratchDirectory();
    relay = await startRelay({
      cwd,
      env: {
        CLAUDE_BRIDGE_DB: 'here.db',
        CLAUDE_BRIDGE_NO_DASHBOARD: 'yes',
        CLAUDE_BRIDGE_AUDIT_LOG: 'ON',
        CLAUDE_BRIDGE_RETENTION_DAYS: '2',
        CLAUDE_BRIDGE_RETENTION_SWEEP_SECONDS: '60',
        CLAUDE_BRIDGE_CORS_ORIGIN: 'https://one.example, https://two.example',
        CLAUDE_BRIDGE_AUTH_TOKEN: '  padded-token\n',
        CLAUDE_BRIDGE_MAX_SSE: '2',
        CLAUDE_BRIDGE_MAX_SSE_PER_CHANNEL: ' ',
      },
    });
  });

  test('CLAUDE_BRIDGE_DB is relative to the working directory', () => {
    expect(relay.databasePath).toMatch(/^\/.*\/here\.db$/);
    expect(existsSync(relay.databasePath)).toBe(true);
  });

  test('booleans, numbers and lists take effect, whitespace around the token does not count', async () => {
    expect(await state(relay, bearer('padded-token'))).toMatchObject({
      retention_days: 2,
      audit_enabled: true,
    });
    expect((await get(relay, '/')).status).toBe(404);
    const { headers } = await get(relay, '/status', { Origin: 'https://two.example' });
    expect(headers['access-control-allow-origin']).toBe('https://two.example');
  });

  test('CLAUDE_BRIDGE_MAX_SSE caps, a blank CLAUDE_BRIDGE_MAX_SSE_PER_CHANNEL is the default', async () => {
    using _first = await follow(relay, 'a', bearer('padded-token'));
    using _second = await follow(relay, 'a', bearer('padded-token'));
    expect((await get(relay, '/events/channel/a', bearer('padded-token'))).status).toBe(503);
  });

  test('0 turns a switch off', async () => {
    await using plain = await startRelay({
      env: { CLAUDE_BRIDGE_NO_DASHBOARD: '0', CLAUDE_BRIDGE_AUDIT_LOG: 'false' },
    });
    expect(await state(plain)).toMatchObject({ audit_enabled: false });
    expect(plain.stdout).toMatch(/\/ +→ {2}page|No page at \//);
  });
});

describe('1.4 precedence of the token: flag, then file, then variable', () => {
  const home = scratchDirectory();
  const file = join(home, 'token.txt');
  const env = { CLAUDE_BRIDGE_AUTH_TOKEN: 'variable-token' };

  beforeAll(() => writeFileSync(file, '\n \tfile-token \n\n'));

  test.each([
    ['the flag', ['--auth-token', 'flag-token', '--auth-token-file', file], 'flag-token'],
    ['the file, stripped at both ends', ['--auth-token-file', file], 'file-token'],
    ['the file when the flag is empty', ['--auth-token', '', '--auth-token-file', file], 'file-token'],
    ['the variable', [], 'variable-token'],
  ])('%s counts', async (_name, args, token) => {
    await using relay = await startRelay({ args, env });
    const accepted: string[] = [];
    for (const candidate of ['flag-token', 'file-token', 'variable-token']) {
      const { status } = await get(relay, '/api/state', bearer(candidate));
      if (status === 200) accepted.push(candidate);
    }
    expect(accepted).toEqual([token]);
  });

  test('an empty variable is no token', async () => {
    await using relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: '' } });
    expect((await get(relay, '/api/state')).status).toBe(200);
  });
});

describe('1.5 exit codes, with one line on standard error', () => {
  const files = scratchDirectory();
  const empty = join(files, 'empty');
  const junk = join(files, 'junk.pem');
  writeFileSync(empty, ' \n');
  writeFileSync(junk, 'this is no certificate\n');
  const missing = join(files, 'missing.pem');

  test.concurrent.each<[string, string[], Record<string, string>, RegExp]>([
    ['an unknown flag', ['--colour'], {}, /--colour/],
    ['a bad port', ['--port', 'http'], {}, /--port/],
    ['a port out of range', ['--port', '65536'], {}, /--port/],
    ['a certificate without its key', ['--tls-cert', junk], {}, /--tls-key/],
    ['a key without its certificate', ['--tls-key', junk], {}, /--tls-cert/],
    ['a certificate file that is missing', ['--tls-cert', missing, '--tls-key', missing], {}, /missing\.pem/],
    ['an unusable PEM', ['--tls-cert', junk, '--tls-key', junk], {}, /junk\.pem/],
    ['an unreadable token file', ['--auth-token-file', missing], {}, /missing\.pem/],
    ['an empty token file', ['--auth-token-file', empty], {}, /empty/],
    ['a negative retention', ['--retention-days', '-1'], {}, /--retention-days/],
    ['a number that is none', [], { CLAUDE_BRIDGE_MAX_SSE: 'many' }, /CLAUDE_BRIDGE_MAX_SSE.*many/],
    ['a number out of range', [], { CLAUDE_BRIDGE_SSE_REPLAY_LIMIT: '0' }, /CLAUDE_BRIDGE_SSE_REPLAY_LIMIT/],
    ['a switch that is none', [], { CLAUDE_BRIDGE_AUDIT_LOG: 'perhaps' }, /CLAUDE_BRIDGE_AUDIT_LOG.*perhaps/],
  ])('%s: 2', async (_name, args, env, says) => {
    const { code, stdout, stderr } = await runProgram([...args, '--db', join(files, 'unused.db')], { env });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    expect(stderr).toMatch(says);
    expect(existsSync(join(files, 'unused.db'))).toBe(false);
  });

  test('a port that is in use: 3, before anything is said to run', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const port = String((other.address() as AddressInfo).port);
    const { code, stdout, stderr } = await runProgram(['--port', port]);
    other.close();
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(new RegExp(`^error: [^\\n]*${port}[^\\n]*\\n$`));
  });

  test('a database that cannot be opened: 4', async () => {
    mkdirSync(join(files, 'folder.db'));
    const { code, stdout, stderr } = await runProgram(['--port', '0', '--db', join(files, 'folder.db')]);
    expect([code, stdout]).toEqual([4, '']);
    expect(stderr).toMatch(/^error: [^\n]*folder\.db[^\n]*\n$/);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s is a normal end: 0', async (signal) => {
    await using relay = await startRelay();
    relay.signal(signal);
    expect(await relay.exited).toEqual({ code: 0, signal: null });
  });
});

describe('1.6 banner', () => {
  const rule = '━'.repeat(50);
  const indented = /^(━{50}|| {2}.*)$/;

  test('between two rules stand title, version, database and the addresses with their purposes', async () => {
    await using relay = await startRelay();
    const lines = relay.stdout.split('\n');
    expect(lines[0]).toBe(rule);
    expect(lines.slice(-2)).toEqual([rule, '']);
    for (const line of lines) expect(line).toMatch(indented);
    expect(lines.slice(1, 4)).toEqual([
      '  Claude Bridge',
      `  Version: ${manifest.version}`,
      `  DB: ${relay.databasePath}`,
    ]);
    for (const path of ['/mcp', '/sse', '/api/state', '/status']) {
      expect(relay.stdout).toMatch(new RegExp(`${relay.url}${path} +→ {2}\\S`));
    }
    expect(relay.stdout).toContain(
      `claude mcp add --scope user --transport http claude-bridge ${relay.url}/mcp`,
    );
    expect(relay.stdout).not.toMatch(/Auth|Retention|Audit|TLS|⚠/);
  });

  test('what is switched on is said, what is switched off is not offered', async () => {
    await using relay = await startRelay({
      args: ['--no-dashboard', '--retention-days', '3', '--audit-log', '--auth-token', 'example-token'],
    });
    expect(relay.stdout).toContain('⚠ Retention: messages older than 3 day(s)');
    expect(relay.stdout).toContain('3600 s');
    expect(relay.stdout).toContain('Auth: a token is required');
    expect(relay.stdout).toMatch(/Audit: .*\/api\/audit/);
    expect(relay.stdout).not.toMatch(/:\d+\/ +→/);
    expect(relay.stdout).not.toContain('example-token');
  });

  test.skipIf(!hasOpenssl)('over TLS the addresses are https and the certificate is named', async () => {
    const { certPath, keyPath } = makeCertificate({ dir: scratchDirectory() });
    await using relay = await startRelay({ args: ['--tls-cert', certPath, '--tls-key', keyPath] });
    expect(relay.stdout).toContain(`https://127.0.0.1:${relay.port}/mcp`);
    expect(relay.stdout).not.toContain('http://');
    expect(relay.stdout).toContain(`TLS: ${certPath}`);
  });
});

describe('1.7 GET /status', () => {
  test('has exactly four keys, is public and says nothing about what the relay holds', async () => {
    await using relay = await startRelay({ args: ['--auth-token', 'example-token'] });
    await send(relay, { channel: 'secret' }, bearer('example-token'));
    const { status, body } = await get(relay, '/status');
    expect(status).toBe(200);
    expect(body).toEqual({
      service: 'claude-bridge',
      status: 'online',
      version: manifest.version,
      server_time: textLike(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    });
    const headAnswer = await call(relay, 'HEAD', '/status');
    expect([headAnswer.status, headAnswer.text]).toEqual([200, '']);
  });
});

describe('1.8 shutdown', () => {
  test('10.1 row 35: the database file alone holds everything afterwards', async () => {
    const relay = await startRelay();
    for (let n = 0; n < 20; n++) await send(relay, { channel: 'kept', content: `${n}` });
    expect(await relay.stop()).toEqual({ code: 0, signal: null });
    expect(existsSync(`${relay.databasePath}-wal`)).toBe(false);
    const db = new Database(relay.databasePath, { readonly: true });
    expect(db.prepare('SELECT count(*) FROM messages').pluck().get()).toBe(20);
    db.close();
    expect(existsSync(join(relay.home, 'runtime/relay.json'))).toBe(false);
  });

  test.skipIf(process.platform === 'win32')('new files are for their owner only', async () => {
    await using relay = await startRelay({ home: join(scratchDirectory(), 'new') });
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(mode(relay.home)).toBe('700');
    expect(mode(relay.databasePath)).toBe('600');
    expect(mode(join(relay.home, 'runtime/relay.json'))).toBe('600');
  });
});
