import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { runProgram, scratchDirectory, startRelay, type Relay } from '../support/program.ts';

interface Finding {
  subject: string;
  result: string;
  says: string;
  next?: string;
}

/** Runs the examination for programs. */
async function examine(
  args: readonly string[],
  home: string,
  env: Record<string, string> = {},
): Promise<{ code: number | null; found: Map<string, Finding> }> {
  const { code, stdout, stderr } = await runProgram(['doctor', '--json', ...args], { home, env });
  expect(stderr).toBe('');
  const findings = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding);
  return { code, found: new Map(findings.map((finding) => [finding.subject, finding])) };
}

describe('claude-bridge doctor', { timeout: 60_000 }, () => {
  let relay: Relay;
  beforeAll(async () => {
    relay = await startRelay();
  });
  afterAll(() => relay.stop());

  it('goes through everything when all is well, and leaves no trace', async () => {
    const { code, found } = await examine([], relay.home);
    expect(code).toBe(0);
    for (const subject of [
      'settings',
      'database',
      'disk',
      'relay',
      'clock',
      'token',
      'MCP /mcp',
      'MCP /sse',
    ]) {
      expect(found.get(subject), subject).toMatchObject({ result: 'ok' });
    }
    expect(found.get('stream')?.says).toMatch(/^a message was seen \d+ ms after it was sent$/);
    expect(found.get('round trip')).toMatchObject({ result: 'ok' });
    const answer = await fetch(`${relay.url}/api/state`);
    expect(await answer.json()).toMatchObject({ total_messages: 0, channels: [] });
    const { consumers } = (await (await fetch(`${relay.url}/api/consumers`)).json()) as { consumers: [] };
    expect(consumers).toEqual([]);
  });

  it('writes for people what it found, what it means and what to do', async () => {
    const { code, stdout } = await runProgram(['doctor'], { home: relay.home, env: { NO_COLOR: '1' } });
    expect(code).toBe(0);
    expect(stdout).toContain('✓ ok      relay           version ');
    expect(stdout).toMatch(
      /^! warning addresses +the relay listens on its own machine only\n +→ to let other/m,
    );
    expect(stdout).toMatch(/\nno problem, \d+ warnings?\n$/);
  });

  it('says that a token is wrong, and ends with the code for that', async () => {
    const token = 'a-token-of-the-tests-0123456789';
    await using locked = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
    const home = scratchDirectory();
    const wrong = await examine(['--url', locked.url], home, { CLAUDE_BRIDGE_TOKEN: 'not-the-token' });
    expect(wrong.code).toBe(6);
    expect(wrong.found.get('token')).toMatchObject({ result: 'problem', says: /does not accept/ });
    const none = await examine(['--url', locked.url], home);
    expect(none.code).toBe(6);
    expect(none.found.get('token')).toMatchObject({ result: 'problem', next: /CLAUDE_BRIDGE_TOKEN/ });
    const right = await examine(['--url', locked.url], home, { CLAUDE_BRIDGE_TOKEN: token });
    expect(right.code).toBe(0);
    expect(right.found.get('round trip')).toMatchObject({ result: 'ok' });
  });

  it('tells who has the port when no relay runs', async () => {
    const server = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const taken = await examine(['--port', String(port)], scratchDirectory());
    expect(taken.code).toBe(3);
    expect(taken.found.get('port')).toMatchObject({ result: 'problem', says: /taken by a/ });
    expect(taken.found.get('relay')).toMatchObject({ result: 'problem', next: /claude-bridge serve/ });
    const other = await examine(['--port', String(relay.port)], scratchDirectory());
    expect(other.found.get('port')?.says).toContain('a relay that belongs to another data directory');
    const free = await examine(['--port', '0'], scratchDirectory());
    expect(free.code).toBe(5);
    expect(free.found.get('port')).toMatchObject({ result: 'ok' });
  });

  it('tells a stranger from a relay, and an address where nobody is', async () => {
    const server = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const stranger = await examine(['--url', `http://127.0.0.1:${port}`], scratchDirectory());
    expect(stranger.code).toBe(5);
    expect(stranger.found.get('relay')?.says).toContain('something other than a relay');
    const nobody = await examine(['--url', 'http://127.0.0.1:1'], scratchDirectory());
    expect(nobody.code).toBe(5);
    expect(nobody.found.get('relay')).toMatchObject({ result: 'problem', next: /firewall/ });
  });

  it('says for each client of this user where it points, and whether it is let in', async () => {
    const token = 'a-token-of-the-tests-0123456789';
    const home = scratchDirectory();
    await using locked = await startRelay({ home, env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
    const entry = (url: string, variable: string) => ({
      mcpServers: { 'claude-bridge': { url, headers: { Authorization: `Bearer \${${variable}}` } } },
    });
    const write = (folder: string, file: string, content: unknown) => {
      mkdirSync(join(home, folder));
      writeFileSync(join(home, folder, file), JSON.stringify(content));
    };
    write('.cursor', 'mcp.json', entry(`${locked.url}/mcp`, 'env:CLAUDE_BRIDGE_TOKEN'));
    write('.gemini', 'settings.json', entry('http://127.0.0.1:1/mcp', 'CLAUDE_BRIDGE_TOKEN'));
    write('.codex', 'config.toml', 'not TOML');

    const { code, found } = await examine([], home, { CLAUDE_BRIDGE_TOKEN: token });
    expect(code).toBe(2);
    expect(found.get('Cursor')).toMatchObject({ result: 'ok', says: /the shared token/ });
    expect(found.get('Gemini CLI')).toMatchObject({ result: 'problem', says: /127\.0\.0\.1:1, but/ });
    expect(found.get('Codex')).toMatchObject({ result: 'problem', says: /config\.toml, line 1/ });

    const without = await examine([], home);
    expect(without.found.get('Cursor')).toMatchObject({ result: 'problem', next: /CLAUDE_BRIDGE_TOKEN/ });
  });

  it('stops at settings that cannot be used', async () => {
    const home = scratchDirectory();
    writeFileSync(join(home, 'config.json'), '{"port": "many"}');
    const { code, found } = await examine([], home);
    expect(code).toBe(2);
    expect(found.get('settings')).toMatchObject({ result: 'problem', says: /port/ });
  });

  it.skipIf(process.platform === 'win32')('warns of files that others can use', async () => {
    const home = scratchDirectory();
    await using loose = await startRelay({ home });
    chmodSync(loose.databasePath, 0o644);
    const { code, found } = await examine([], home);
    expect(code).toBe(0);
    expect(found.get('database')).toMatchObject({
      result: 'warning',
      next: `chmod 600 ${loose.databasePath}`,
    });
  });

  it.skipIf(!hasOpenssl)(
    'shows the fingerprint of a certificate that it cannot trust, and takes it',
    async () => {
      const { certPath, keyPath } = makeCertificate({
        dir: scratchDirectory(),
        altNames: ['127.0.0.1'],
        days: 5,
      });
      await using secure = await startRelay({ args: ['--tls-cert', certPath, '--tls-key', keyPath] });
      const { fingerprint256 } = new X509Certificate(readFileSync(certPath));
      const home = scratchDirectory();
      const env = { CLAUDE_BRIDGE_TOKEN: secure.localToken };

      const unknown = await examine(['--url', secure.url], home, env);
      expect(unknown.code).toBe(5);
      expect(unknown.found.get('certificate')).toMatchObject({ result: 'problem', next: /--fingerprint/ });
      expect(unknown.found.get('certificate')?.says).toContain(fingerprint256);

      const pinned = await examine(['--url', secure.url, '--fingerprint', fingerprint256], home, env);
      expect(pinned.code).toBe(0);
      expect(pinned.found.get('certificate')).toMatchObject({ result: 'ok' });
      expect(pinned.found.get('validity')).toMatchObject({ result: 'warning', next: /renew/ });
      expect(pinned.found.get('round trip')).toMatchObject({ result: 'ok' });
    },
  );
});
