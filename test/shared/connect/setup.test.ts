import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { clients, type Scope } from '../../../src-shared/connect/client.ts';
import type { CommandToken, Connection } from '../../../src-shared/connect/connection.ts';
import { clientSetup, type ConfiguredClientId } from '../../../src-shared/connect/setup.ts';
import { isTemporary, stdioServer } from '../../../src-shared/connect/stdio-server.ts';

function overHttp(token: CommandToken, transport: 'http' | 'sse' = 'http'): Connection<CommandToken> {
  return { transport, baseUrl: 'http://192.0.2.10:8765/', token };
}

function overStdio(token: CommandToken = 'none'): Connection<CommandToken> {
  const env = { CLAUDE_BRIDGE_HOME: '/data' };
  return { transport: 'stdio', server: { command: 'node', args: ['/opt/cli.js', '--stdio'], env }, token };
}

function command(client: ConfiguredClientId, connection: Connection<CommandToken>, scope?: Scope): string {
  const setup = clientSetup(client, connection, {
    shell: 'posix',
    ...(scope === undefined ? {} : { scope }),
  });
  if (setup.kind !== 'command') throw new Error(`no command for ${client}`);
  return setup.command;
}

function file(client: ConfiguredClientId, connection: Connection<CommandToken>, scope?: Scope) {
  const setup = clientSetup(client, connection, {
    shell: 'posix',
    ...(scope === undefined ? {} : { scope }),
  });
  if (setup.kind !== 'file') throw new Error(`no file for ${client}`);
  const content = setup.language === 'json' ? (JSON.parse(setup.text) as unknown) : parse(setup.text);
  return { path: setup.path, content };
}

const reference = "'Authorization: Bearer ${CLAUDE_BRIDGE_TOKEN}'";

describe('Claude Code', () => {
  test.each<[string, Connection<CommandToken>, Scope, string]>([
    [
      'HTTP',
      overHttp('none'),
      'user',
      '--scope user --transport http claude-bridge http://192.0.2.10:8765/mcp',
    ],
    [
      'HTTP with a token of its environment',
      overHttp('reference'),
      'user',
      `--scope user --transport http claude-bridge http://192.0.2.10:8765/mcp --header ${reference}`,
    ],
    [
      'HTTP with the token of this shell',
      overHttp('placeholder'),
      'user',
      '--scope user --transport http claude-bridge http://192.0.2.10:8765/mcp --header "Authorization: Bearer $CLAUDE_BRIDGE_TOKEN"',
    ],
    [
      'HTTP in a project, where no secret is written',
      overHttp({ value: 'cb_secret' }),
      'project',
      `--scope project --transport http claude-bridge http://192.0.2.10:8765/mcp --header ${reference}`,
    ],
    [
      'SSE',
      overHttp('none', 'sse'),
      'user',
      '--scope user --transport sse claude-bridge http://192.0.2.10:8765/sse',
    ],
    [
      'stdio',
      overStdio(),
      'user',
      '--scope user claude-bridge -e CLAUDE_BRIDGE_HOME=/data -- node /opt/cli.js --stdio',
    ],
    [
      'stdio with a token',
      overStdio('reference'),
      'user',
      "--scope user claude-bridge -e CLAUDE_BRIDGE_HOME=/data -e 'CLAUDE_BRIDGE_TOKEN=${CLAUDE_BRIDGE_TOKEN}' -- node /opt/cli.js --stdio",
    ],
  ])('is connected by its own command: %s', (_, connection, scope, expected) => {
    expect(command('claude', connection, scope)).toBe(`claude mcp add ${expected}`);
  });
});

describe('Codex', () => {
  test.each<[string, Connection<CommandToken>, string]>([
    ['HTTP', overHttp('none'), '--url http://192.0.2.10:8765/mcp'],
    [
      'HTTP with a token',
      overHttp({ value: 'cb_secret' }),
      '--url http://192.0.2.10:8765/mcp --bearer-token-env-var CLAUDE_BRIDGE_TOKEN',
    ],
    ['stdio', overStdio(), '--env CLAUDE_BRIDGE_HOME=/data -- node /opt/cli.js --stdio'],
  ])('is connected by its own command: %s', (_, connection, expected) => {
    expect(command('codex', connection)).toBe(`codex mcp add claude-bridge ${expected}`);
  });

  test('is told by its file which variable to pass on to a server, since no command does', () => {
    expect(file('codex', overStdio('reference'))).toEqual({
      path: '~/.codex/config.toml',
      content: {
        mcp_servers: {
          'claude-bridge': {
            command: 'node',
            args: ['/opt/cli.js', '--stdio'],
            env: { CLAUDE_BRIDGE_HOME: '/data' },
            env_vars: ['CLAUDE_BRIDGE_TOKEN'],
          },
        },
      },
    });
  });
});

describe('Gemini CLI', () => {
  test.each<[string, Connection<CommandToken>, string]>([
    [
      'HTTP with a token of its environment',
      overHttp('reference'),
      `-t http claude-bridge http://192.0.2.10:8765/mcp --header ${reference}`,
    ],
    ['SSE', overHttp('none', 'sse'), '-t sse claude-bridge http://192.0.2.10:8765/sse'],
    ['stdio', overStdio(), 'claude-bridge node /opt/cli.js -e CLAUDE_BRIDGE_HOME=/data -- --stdio'],
  ])('is connected by its own command: %s', (_, connection, expected) => {
    expect(command('gemini', connection)).toBe(`gemini mcp add -s user ${expected}`);
  });
});

describe('Cursor', () => {
  test('is connected by its file', () => {
    expect(file('cursor', overHttp('reference'))).toEqual({
      path: '~/.cursor/mcp.json',
      content: {
        mcpServers: {
          'claude-bridge': {
            url: 'http://192.0.2.10:8765/mcp',
            headers: { Authorization: 'Bearer ${env:CLAUDE_BRIDGE_TOKEN}' },
          },
        },
      },
    });
    expect(file('cursor', overHttp('none'), 'project').path).toBe('.cursor/mcp.json');
  });
});

describe('.mcp.json', () => {
  test.each<CommandToken>(['reference', 'placeholder', { value: 'cb_secret' }])(
    'names the variable in place of the token: %j',
    (token) => {
      expect(file('mcp-json', overHttp(token))).toEqual({
        path: '.mcp.json',
        content: {
          mcpServers: {
            'claude-bridge': {
              type: 'http',
              url: 'http://192.0.2.10:8765/mcp',
              headers: { Authorization: 'Bearer ${CLAUDE_BRIDGE_TOKEN}' },
            },
          },
        },
      });
    },
  );

  test('starts a server over stdio', () => {
    expect(file('mcp-json', overStdio()).content).toEqual({
      mcpServers: {
        'claude-bridge': {
          type: 'stdio',
          command: 'node',
          args: ['/opt/cli.js', '--stdio'],
          env: { CLAUDE_BRIDGE_HOME: '/data' },
        },
      },
    });
  });
});

test('a secret stays in the file of the user who asked for that', () => {
  const setups = (Object.keys(clients) as (keyof typeof clients)[])
    .filter((client) => client !== 'curl')
    .map(
      (client) =>
        [client, clientSetup(client, overHttp({ value: 'cb_secret' }), { shell: 'posix' })] as const,
    );
  const withSecret = setups.filter(([, setup]) => JSON.stringify(setup).includes('cb_secret'));
  expect(withSecret.map(([client]) => client)).toEqual(['claude', 'gemini', 'cursor']);
});

describe('the command that starts this installation again', () => {
  const entry = '/opt/claude-bridge/dist/main/cli.js';

  test('is Node with the entry, in absolute paths', () => {
    const installation = { execPath: '/usr/bin/node', entry, isElectron: false };
    expect(stdioServer(installation, { args: ['--url', 'http://192.0.2.10:8765'], env: {} })).toEqual({
      command: '/usr/bin/node',
      args: [entry, '--stdio', '--url', 'http://192.0.2.10:8765'],
      env: {},
    });
  });

  test('has the desktop application run as Node on Windows, with nothing in between', () => {
    const installation = {
      execPath: 'C:\\Program Files\\Claude Bridge\\Claude Bridge.exe',
      entry: 'C:\\Program Files\\Claude Bridge\\resources\\app.asar\\dist\\main\\cli.js',
      isElectron: true,
    };
    const server = stdioServer(installation, { args: [], env: {} });
    expect(server).toEqual({
      command: installation.execPath,
      args: [installation.entry, '--stdio'],
      env: { ELECTRON_RUN_AS_NODE: '1' },
    });
    const { command: line } = clientSetup(
      'claude',
      { transport: 'stdio', server, token: 'none' },
      { shell: 'cmd' },
    ) as {
      command: string;
    };
    expect(line).toBe(
      'claude mcp add --scope user claude-bridge -e "ELECTRON_RUN_AS_NODE=1" -- ' +
        '"C:\\Program Files\\Claude Bridge\\Claude Bridge.exe" ' +
        '"C:\\Program Files\\Claude Bridge\\resources\\app.asar\\dist\\main\\cli.js" --stdio',
    );
  });

  test('is the script of the desktop application elsewhere', () => {
    const launcher = '/Applications/Claude Bridge.app/Contents/Resources/bin/claude-bridge';
    const installation = { execPath: '/Applications/x', entry, isElectron: true, launcher };
    expect(stdioServer(installation, { args: [], env: {} })).toEqual({
      command: launcher,
      args: ['--stdio'],
      env: {},
    });
  });

  test.each([
    ['/home/ada/.npm/_npx/1a2b/node_modules/claude-bridge/dist/main/cli.js', true],
    [
      'C:\\Users\\ada\\AppData\\Local\\npm-cache\\_npx\\1a2b\\node_modules\\claude-bridge\\dist\\main\\cli.js',
      true,
    ],
    ['/usr/lib/node_modules/claude-bridge/dist/main/cli.js', false],
  ])('would not last from %s: %s', (path, expected) => {
    expect(isTemporary({ execPath: '/usr/bin/node', entry: path, isElectron: false })).toBe(expected);
  });
});
