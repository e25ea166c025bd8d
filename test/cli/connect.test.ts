import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { beforeAll, describe, expect, test } from 'vitest';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { get } from '../support/http-client.ts';
import {
  programEntry,
  runProgram,
  scratchDirectory,
  startRelay,
  type Relay,
  type Result,
} from '../support/program.ts';
import { canMakeTerminal, runInTerminal } from '../support/terminal.ts';

/** `claude-bridge connect`, for users with homes of their own, against relays that run. */

const token = 'fictional-secret-51c2';

/** A user with a home, a project and a PATH on which nothing is. */
function newUser() {
  const home = scratchDirectory();
  const project = join(home, 'project');
  mkdirSync(project);
  return { home, project, programs: join(home, 'programs') };
}
type User = ReturnType<typeof newUser>;

interface Run {
  args: readonly string[];
  user: User;
  /** Where the relay of this user keeps its files. */
  data?: string;
  env?: Record<string, string>;
}

function connect({ args, user, data = join(user.home, 'data'), env = {} }: Run): Promise<Result> {
  return runProgram(['connect', ...args], {
    home: data,
    cwd: user.project,
    env: { HOME: user.home, PATH: user.programs, ...env },
  });
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Everything that lies in a home, as text. */
function everythingIn(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'))
    .join('\n');
}

describe('a relay of this machine that needs no token', () => {
  let relay: Relay;

  beforeAll(async () => {
    relay = await startRelay();
  });

  test('is given to Gemini CLI, which is proved; again there is nothing to do; and it is taken away again', async () => {
    const user = newUser();
    const file = join(user.home, '.gemini', 'settings.json');
    mkdirSync(join(user.home, '.gemini'));
    const before = '{\n  // My colours.\n  "theme": "dark",\n  "mcpServers": {\n    "other": {}\n  }\n}\n';
    writeFileSync(file, before, { mode: 0o640 });
    chmodSync(file, 0o640);
    const run = { user, data: relay.home };

    const first = await connect({ ...run, args: ['gemini', '--yes'] });
    const connected = readFileSync(file, 'utf8');
    const second = await connect({ ...run, args: ['gemini', '--yes'] });
    const undone = await connect({ ...run, args: ['gemini', '--undo', '--yes'] });
    const nothing = await connect({ ...run, args: ['gemini', '--undo', '--yes'] });

    expect([first, second, undone, nothing].map(({ code, stderr }) => [code, stderr])).toEqual(
      Array(4).fill([0, '']),
    );
    expect(first.stdout).toContain('+    "claude-bridge": {\n');
    expect(first.stdout).toContain(`The file as it was: ${file}.before-claude-bridge\n`);
    expect(first.stdout).toMatch(
      new RegExp(
        `\nWorks: Claude Bridge \\S+ at ${relay.url}/mcp answered the handshake, listed 8 tools .*\n$`,
      ),
    );
    expect(connected).toBe(
      before.replace(
        '"mcpServers": {\n',
        `"mcpServers": {\n    "claude-bridge": {\n      "type": "http",\n      "url": "${relay.url}/mcp"\n    },\n`,
      ),
    );
    expect(second.stdout).toMatch(/^Gemini CLI: already so in .*\nWorks: /);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(nothing.stdout).toBe(`Gemini CLI: no entry of ours in ${file}\n`);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  test('is given to a project over HTTP+SSE', async () => {
    const user = newUser();
    const { code, stdout } = await connect({
      args: ['mcp-json', '--transport', 'sse', '--yes'],
      user,
      data: relay.home,
    });
    expect(code).toBe(0);
    expect(stdout).toContain(`at ${relay.url}/sse answered the handshake`);
    expect(json(join(user.project, '.mcp.json'))).toEqual({
      mcpServers: { 'claude-bridge': { type: 'sse', url: `${relay.url}/sse` } },
    });
  });

  test('is started by the client itself over stdio, on the same database', async () => {
    const user = newUser();
    const run = { args: ['cursor', '--transport', 'stdio', '--yes'], user, data: relay.home };
    const { code, stdout } = await connect(run);
    expect(code).toBe(0);
    expect(stdout).toContain('answered the handshake');
    expect(json(join(user.home, '.cursor', 'mcp.json'))).toEqual({
      mcpServers: {
        'claude-bridge': {
          command: process.execPath,
          args: [programEntry, '--stdio'],
          env: { CLAUDE_BRIDGE_HOME: relay.home },
        },
      },
    });
  });

  test('is not given to anybody by --dry-run, nor without consent', async () => {
    const user = newUser();
    const shown = await connect({ args: ['codex', '--dry-run'], user, data: relay.home });
    const unasked = await connect({ args: ['codex'], user, data: relay.home });
    expect([shown.code, unasked.code]).toEqual([0, 2]);
    expect(shown.stdout).toContain(`+[mcp_servers.claude-bridge]\n+url = "${relay.url}/mcp"\n`);
    expect(unasked.stderr).toBe('error: nothing was changed: say --yes to do this without being asked\n');
    expect(existsSync(join(user.home, '.codex'))).toBe(false);
  });

  test('is offered to each client that this user has', async () => {
    const user = newUser();
    mkdirSync(join(user.home, '.codex'));
    mkdirSync(join(user.home, '.cursor'));
    writeFileSync(join(user.home, '.cursor', 'mcp.json'), '{');
    const { code, stdout } = await connect({ args: [], user, data: relay.home });
    const report = await connect({ args: ['--json'], user, data: relay.home });
    expect(code).toBe(0);
    expect(stdout).toContain('Claude Code: not found\n');
    expect(stdout).toContain('+[mcp_servers.claude-bridge]\n');
    expect(stdout).toContain(
      'mcp.json, line 1, is not valid JSON: close brace expected; nothing was changed\n',
    );
    const { clients, addresses } = JSON.parse(report.stdout) as Record<string, Record<string, unknown>[]>;
    expect(clients?.map(({ client, action }) => [client, action])).toEqual([
      ['claude', null],
      ['codex', 'edit'],
      ['gemini', null],
      ['cursor', 'problem'],
    ]);
    expect(addresses?.find(({ url }) => url === relay.url)).toMatchObject({
      kind: 'loopback',
      listening: true,
    });
    expect(readdirSync(join(user.home, '.codex'))).toEqual([]);
  });

  const hasCurl = spawnSync('curl', ['--version']).status === 0;
  if (!hasCurl) console.warn('there is no curl: the test that runs its command is skipped');

  test.skipIf(!hasCurl)('is used by scripts with lines that work', async () => {
    const { stdout } = await connect({ args: ['curl'], user: newUser(), data: relay.home });
    const [, send = ''] = stdout.split('\n');
    const answer = spawnSync('sh', ['-c', send], { encoding: 'utf8' });
    expect(JSON.parse(answer.stdout)).toMatchObject({ channel: 'demo:hello' });
  });

  describe('and Claude Code', () => {
    /** Stands where Claude Code would be, and refuses. */
    function installRefusal({ programs }: User): void {
      mkdirSync(programs);
      writeFileSync(join(programs, 'claude'), '#!/bin/sh\necho "managed by your company" >&2\nexit 1\n', {
        mode: 0o755,
      });
    }

    test('that is not there gets its command printed and nothing else', async () => {
      const user = newUser();
      const { code, stdout, stderr } = await connect({ args: ['claude', '--yes'], user, data: relay.home });
      expect(code).toBe(7);
      expect(stdout).toContain(
        `\n  claude mcp add --scope user --transport http claude-bridge ${relay.url}/mcp\n`,
      );
      expect(stderr).toMatch(/^error: Claude Code was not found on the PATH, so nothing was changed; .*\n$/);
      expect(existsSync(join(user.home, '.claude.json'))).toBe(false);
    });

    test.skipIf(process.platform === 'win32')('that refuses is quoted', async () => {
      const user = newUser();
      installRefusal(user);
      const { code, stderr } = await connect({ args: ['claude', '--yes'], user, data: relay.home });
      expect(code).toBe(2);
      expect(stderr).toBe(
        `error: ${join(user.programs, 'claude')} mcp add failed: managed by your company\n`,
      );
    });

    test('that has another entry of ours has it removed first, and the old one is shown without its secret', async () => {
      const user = newUser();
      const old = {
        type: 'http',
        url: 'http://192.0.2.1/mcp',
        headers: { Authorization: `Bearer ${token}` },
      };
      writeFileSync(
        join(user.home, '.claude.json'),
        JSON.stringify({ mcpServers: { 'claude-bridge': old } }),
      );
      const { code, stdout } = await connect({ args: ['claude', '--dry-run'], user, data: relay.home });
      expect(code).toBe(0);
      expect(stdout).toContain('\n  claude mcp remove --scope user claude-bridge\n  claude mcp add ');
      expect(stdout).toContain('-    "Authorization": "Bearer ********"\n');
      expect(stdout).not.toContain(token);
    });
  });

  test.skipIf(!canMakeTerminal).each([
    ['y', true],
    ['n', false],
  ])('is given on a terminal after the answer %s: %s', async (answer, given) => {
    const user = newUser();
    const { code, text } = await runInTerminal(['connect', 'codex'], {
      home: relay.home,
      env: { HOME: user.home },
      cwd: user.project,
      types: { keys: `${answer}\n`, when: 'Do this? [y/N]' },
    });
    expect(code).toBe(0);
    expect(text).toContain(given ? 'Works: ' : 'Nothing was changed.');
    expect(existsSync(join(user.home, '.codex', 'config.toml'))).toBe(given);
  });
});

describe('a relay that needs a token', () => {
  let relay: Relay;
  let tokenFile: string;

  beforeAll(async () => {
    tokenFile = join(scratchDirectory(), 'token');
    writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
    relay = await startRelay({ args: ['--auth-token-file', tokenFile] });
  });

  test.each<[string, string, object]>([
    ['gemini', '.gemini/settings.json', { Authorization: 'Bearer ${CLAUDE_BRIDGE_TOKEN}' }],
    ['cursor', '.cursor/mcp.json', { Authorization: 'Bearer ${env:CLAUDE_BRIDGE_TOKEN}' }],
    ['mcp-json', 'project/.mcp.json', { Authorization: 'Bearer ${CLAUDE_BRIDGE_TOKEN}' }],
  ])(
    'is named to %s with a reference to the variable, never with the token',
    async (client, path, headers) => {
      const user = newUser();
      const { code, stdout, stderr } = await connect({
        args: [client, '--yes', '--url', relay.url, '--token-file', tokenFile],
        user,
      });
      expect([code, stderr]).toEqual([0, '']);
      expect(json(join(user.home, path))).toMatchObject({ mcpServers: { 'claude-bridge': { headers } } });
      expect(stdout).toContain(`\n  export CLAUDE_BRIDGE_TOKEN="$(cat ${tokenFile})"\nWorks: `);
      expect(stdout + everythingIn(user.home)).not.toContain(token);
    },
  );

  test('is named to Codex with the name of the variable', async () => {
    const user = newUser();
    const env = { CLAUDE_BRIDGE_TOKEN: token };
    const { code, stdout } = await connect({ args: ['codex', '--yes', '--url', relay.url], user, env });
    expect(code).toBe(0);
    expect(parse(readFileSync(join(user.home, '.codex', 'config.toml'), 'utf8'))).toEqual({
      mcp_servers: {
        'claude-bridge': { url: `${relay.url}/mcp`, bearer_token_env_var: 'CLAUDE_BRIDGE_TOKEN' },
      },
    });
    expect(stdout).toContain('It is set here; it must be wherever the client is started.\nWorks: ');
  });

  test('is named to a server over stdio by the file of its token, so that the client needs no variable', async () => {
    const user = newUser();
    const args = ['gemini', '--transport', 'stdio', '--yes', '--url', relay.url, '--token-file', tokenFile];
    const { code, stdout } = await connect({ args, user });
    expect([code, stdout]).toEqual([0, expect.stringContaining('\nWorks: ')]);
    expect(json(join(user.home, '.gemini', 'settings.json'))).toEqual({
      mcpServers: {
        'claude-bridge': {
          command: process.execPath,
          args: [programEntry, '--stdio', '--url', relay.url, '--token-file', tokenFile],
        },
      },
    });
  });

  test('that has made it itself is named with the file that holds it', async () => {
    const own = await startRelay({ args: ['--host', '0.0.0.0'] });
    const user = newUser();
    const { code, stdout } = await connect({ args: ['cursor', '--yes'], user, data: own.home });
    const made = readFileSync(join(own.home, 'token'), 'utf8').trim();
    expect(code).toBe(0);
    expect(stdout).toContain(`export CLAUDE_BRIDGE_TOKEN="$(cat ${join(own.home, 'token')})"`);
    expect(stdout + everythingIn(user.home)).not.toContain(made);
  });

  test.each<[string, Record<string, string>, RegExp]>([
    [
      'a wrong token',
      { CLAUDE_BRIDGE_TOKEN: 'wrong' },
      /the token that is known here is not that of the relay$/,
    ],
    ['no token', {}, /set CLAUDE_BRIDGE_TOKEN to the relay's token and run this again$/],
  ])('refuses %s, which is said with what to do: 6', async (_, env, says) => {
    const user = newUser();
    const { code, stderr } = await connect({ args: ['cursor', '--yes', '--url', relay.url], user, env });
    expect(code).toBe(6);
    expect(stderr).toMatch(/^error: the entry is there, but does not work yet: unauthorized; /);
    expect(stderr.trimEnd()).toMatch(says);
  });

  test('tells programs what was done and whether it works', async () => {
    const user = newUser();
    const env = { CLAUDE_BRIDGE_TOKEN: 'wrong' };
    const { code, stdout } = await connect({
      args: ['codex', '--yes', '--json', '--url', relay.url],
      user,
      env,
    });
    expect(code).toBe(6);
    expect(JSON.parse(stdout)).toMatchObject({
      client: 'codex',
      scope: 'user',
      file: join(user.home, '.codex', 'config.toml'),
      action: 'edit',
      done: true,
      backup: null,
      needs_variable: true,
      check: { code: 'unauthorized' },
    });
    expect((await get(relay, '/status')).status).toBe(200);
  });
});

describe.skipIf(!hasOpenssl)('a relay with a certificate that nobody knows', () => {
  let relay: Relay;
  let certPath: string;

  beforeAll(async () => {
    const made = makeCertificate({ dir: scratchDirectory() });
    const { keyPath } = made;
    certPath = made.certPath;
    relay = await startRelay({ args: ['--tls-cert', certPath, '--tls-key', keyPath] });
  });

  test('does not work for a client over HTTP, even if this machine knows it: 5', async () => {
    const user = newUser();
    const { code, stderr } = await connect({ args: ['codex', '--yes'], user, data: relay.home });
    expect(code).toBe(5);
    expect(stderr).toMatch(
      /its certificate is self-signed; .* NODE_EXTRA_CA_CERTS names; with --transport stdio /,
    );
  });

  test('works where the client is told of it, which is said', async () => {
    const args = ['codex', '--yes', '--url', relay.url, '--ca-file', certPath];
    const { code, stdout } = await connect({ args, user: newUser() });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Clients do not know this authority by themselves: .*\nWorks: /m);
  });

  test('works over stdio by its fingerprint', async () => {
    const user = newUser();
    const { fingerprint256 } = new X509Certificate(readFileSync(certPath));
    const args = [
      'gemini',
      '--transport',
      'stdio',
      '--yes',
      '--url',
      relay.url,
      '--fingerprint',
      fingerprint256,
    ];
    const { code } = await connect({ args, user });
    expect(code).toBe(0);
    expect(json(join(user.home, '.gemini', 'settings.json'))).toMatchObject({
      mcpServers: {
        'claude-bridge': { args: expect.arrayContaining(['--fingerprint', fingerprint256]) as unknown },
      },
    });
  });
});

describe('what cannot be done', () => {
  test('nobody answers at the address: 5, and the entry is there for when somebody does', async () => {
    const user = newUser();
    const { code, stderr } = await connect({ args: ['codex', '--yes', '--url', 'http://127.0.0.1:9'], user });
    expect(code).toBe(5);
    expect(stderr).toContain('does not work yet: http://127.0.0.1:9/mcp does not answer as it should: ');
    expect(existsSync(join(user.home, '.codex', 'config.toml'))).toBe(true);
  });

  test('no relay runs here: 5', async () => {
    const { code, stderr } = await connect({ args: ['codex', '--yes'], user: newUser() });
    expect([code, stderr]).toEqual([5, expect.stringMatching(/^error: no relay is running here /)]);
  });

  test.each([
    ['gemini', '.gemini/settings.json', '{\n  "theme": "dark",\n}\n', 'line 3, is not valid JSON'],
    ['codex', '.codex/config.toml', 'model = "x"\nmodel = "y"\n', 'line 2, is not valid TOML'],
  ])('the settings of %s are damaged: 2, and they stay so', async (client, path, text, says) => {
    const user = newUser();
    const file = join(user.home, path);
    mkdirSync(join(file, '..'));
    writeFileSync(file, text);
    const args = [client, '--yes', '--url', 'http://127.0.0.1:9'];
    const { code, stderr } = await connect({ args, user });
    expect([code, stderr]).toEqual([2, expect.stringContaining(`error: ${file}, ${says}`)]);
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(readdirSync(join(file, '..'))).toHaveLength(1);
  });

  test.each([
    [['codex', '--transport', 'sse'], 'Codex does not speak HTTP+SSE; use http or stdio'],
    [['codex', '--scope', 'project'], 'Codex has no settings for --scope project'],
    [[token], 'the client must be claude, codex, gemini, cursor, mcp-json or curl'],
    [['claude', '--transport', token], '--transport must be http, sse or stdio'],
    [['--undo'], '--undo needs to know which client'],
    [['curl', '--undo'], 'curl keeps nothing that could be undone'],
  ])('what there is not: 2: %j', async (args, sentence) => {
    const { code, stdout, stderr } = await connect({ args, user: newUser() });
    expect([code, stdout, stderr]).toEqual([2, '', `error: ${sentence}\n`]);
  });
});
