import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import { addCommand, type CommandClientId } from '../../src-shared/connect/commands.ts';
import type { Connection } from '../../src-shared/connect/connection.ts';
import { commandLine } from '../../src-shared/connect/shell.ts';
import { programEntry, scratchDirectory, startRelay, type Relay } from '../support/program.ts';
import { startScriptedModel } from './scripted-model.ts';

/**
 * Connects the real programs, in homes of their own and without an account. They are not among our dependencies:
 *
 *     npm install --prefix <folder> @anthropic-ai/claude-code @openai/codex @google/gemini-cli
 *     TEST_CLIENTS=<folder> npx vitest run test/clients/real-clients.test.ts
 */

const folder = process.env['TEST_CLIENTS'];
if (folder === undefined) {
  console.warn('TEST_CLIENTS is not set: the tests with Claude Code, Codex and Gemini CLI are skipped');
}
const programs = join(folder ?? '', 'node_modules', '.bin');

function isMissing(name: string): boolean {
  const missing = !existsSync(join(programs, name));
  if (folder !== undefined && missing) console.warn(`${name} is not in ${programs}: its tests are skipped`);
  return missing;
}

const token = 'fictional-secret-77ab';

interface User {
  home: string;
  run: (program: string, ...args: string[]) => Promise<string>;
  /** Types a line into a shell. */
  type: (line: string) => Promise<string>;
  connect: (...args: string[]) => Promise<string>;
}

/** A user who has the programs, and the token in the environment. */
function newUser(relay: Relay): User {
  const home = scratchDirectory();
  mkdirSync(join(home, 'project'));
  const env = {
    PATH: [programs, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
    HOME: home,
    CLAUDE_BRIDGE_HOME: relay.home,
    CLAUDE_BRIDGE_TOKEN: token,
    // Nothing goes to the vendors.
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    // Else every server is listed as disabled.
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
    SCRIPTED_MODEL_KEY: 'none',
  };
  const run = async (program: string, ...args: string[]) => {
    const child = spawn(program, args, {
      env,
      cwd: join(home, 'project'),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    if (code !== 0)
      throw new Error(`${program} ${args.join(' ')} ended with ${String(code)}:\n${stdout}${stderr}`);
    return stdout + stderr;
  };
  return {
    home,
    run: (program, ...args) => run(join(programs, program), ...args),
    type: (line) => run('/bin/sh', '-c', line),
    connect: (...args) => run(process.execPath, programEntry, 'connect', ...args, '--yes'),
  };
}

let relay: Relay;

beforeAll(async () => {
  if (folder === undefined) return;
  const tokenFile = join(scratchDirectory(), 'token');
  writeFileSync(tokenFile, token, { mode: 0o600 });
  relay = await startRelay({ args: ['--auth-token-file', tokenFile] });
});

const patience = 120_000;

describe.each([
  { client: 'claude', connected: /^claude-bridge: .* - ✔ Connected$/m },
  { client: 'gemini', connected: /^✓ claude-bridge: .* - Connected$/m },
] as const)('$client', ({ client, connected }) => {
  const listed = (user: User) => user.run(client, 'mcp', 'list');

  test.skipIf(isMissing(client)).for(['http', 'sse', 'stdio'])(
    'connects over %s once claude-bridge connect has set it up, and not after --undo',
    { timeout: patience },
    async (transport) => {
      const user = newUser(relay);
      expect(await user.connect(client, '--transport', transport)).toMatch(/^Works: /m);
      expect(await listed(user)).toMatch(connected);
      expect(await user.connect(client, '--transport', transport)).toMatch(/: already so in /);
      await user.connect(client, '--undo');
      expect(await listed(user)).not.toContain('claude-bridge:');
    },
  );

  test.skipIf(isMissing(client)).for(connectionsOf())(
    'connects by the command that is shown: $name',
    { timeout: patience },
    async ({ connection }) => {
      const user = newUser(relay);
      await user.type(shown(client, connection()));
      expect(await listed(user)).toMatch(connected);
      // What its own command writes is what we would have written.
      const { transport, token: carried } = connection();
      if (typeof carried === 'object') return;
      expect(await user.connect(client, '--transport', transport)).toMatch(/: already so in /);
    },
  );
});

describe('codex', () => {
  const askModel = async (user: User) => {
    await using model = await startScriptedModel();
    const provider = {
      name: 'scripted',
      base_url: `${model.url}/v1`,
      wire_api: 'responses',
      env_key: 'SCRIPTED_MODEL_KEY',
    };
    const settings = Object.entries(provider).map(
      ([key, value]) => `model_providers.scripted.${key}=${value}`,
    );
    // Else it does not wait for a server that takes a second to start.
    const patient = 'mcp_servers.claude-bridge.required=true';
    const flags = ['model_provider=scripted', patient, ...settings].flatMap((setting) => ['-c', setting]);
    await user.run('codex', 'exec', '--skip-git-repo-check', '-s', 'read-only', ...flags, 'hello');
    return model.requests.flatMap((request) => request.match(/mcp__claude_bridge: [\w ]+/) ?? []);
  };
  /** The model is told of a server in its own words, which come with the handshake. */
  const introduction = ['mcp__claude_bridge: Claude Bridge is a durable mailbox between independent agents'];

  test.skipIf(isMissing('codex')).for(['http', 'stdio'])(
    'connects over %s once claude-bridge connect has set it up, and not after --undo',
    { timeout: patience },
    async (transport) => {
      const user = newUser(relay);
      expect(await user.connect('codex', '--transport', transport)).toMatch(/^Works: /m);
      expect(await askModel(user)).toEqual(introduction);
      await user.connect('codex', '--undo');
      expect(await user.run('codex', 'mcp', 'list')).toContain('No MCP servers configured yet');
    },
  );

  test.skipIf(isMissing('codex')).for(connectionsOf().filter(({ name }) => name !== 'sse'))(
    'connects by the command that is shown: $name',
    { timeout: patience },
    async ({ connection }) => {
      const user = newUser(relay);
      await user.type(shown('codex', connection()));
      expect(await askModel(user)).toEqual(introduction);
    },
  );
});

/** Functions, because the relay runs only when the tests do. */
function connectionsOf(): { name: string; connection: () => Connection }[] {
  const http = (transport: 'http' | 'sse', value: Connection['token']): (() => Connection) => {
    return () => ({ transport, baseUrl: relay.url, token: value });
  };
  return [
    { name: 'http', connection: http('http', 'reference') },
    { name: 'http with the token itself', connection: http('http', { value: token }) },
    { name: 'sse', connection: http('sse', 'reference') },
    {
      name: 'stdio',
      connection: () => ({
        transport: 'stdio',
        server: {
          command: process.execPath,
          args: [programEntry, '--stdio'],
          env: { CLAUDE_BRIDGE_HOME: relay.home },
        },
        token: 'none',
      }),
    },
  ];
}

/** The command as it is shown to be copied. */
function shown(client: CommandClientId, connection: Connection): string {
  return commandLine('posix', addCommand(client, connection, 'user') ?? []);
}
