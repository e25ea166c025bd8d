import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../../src-shared/client/api-client.ts';
import { nodeFetch } from '../../src-main/remote/node-fetch.ts';
import type { PairingRequest, PairingResponse } from '../../src-shared/api/pairings.ts';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { runProgram, scratchDirectory, startRelay, type Relay } from '../support/program.ts';

/** An administrator of the relay makes a code. */
function pair(relay: Relay, request: PairingRequest): Promise<PairingResponse> {
  const admin = new ApiClient({ url: relay.url, token: () => relay.localToken });
  return admin.call({ method: 'POST', path: '/api/pairings', body: request });
}

describe('claude-bridge join', { timeout: 60_000 }, () => {
  const token = 'a-token-of-the-tests-0123456789';
  let relay: Relay;
  beforeAll(async () => {
    relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
  });
  afterAll(() => relay.stop());

  it('gets a token of its own, keeps it for this user only, and proves it', async () => {
    const { code } = await pair(relay, { label: 'vega', rights: ['read', 'send', 'clear'] });
    const home = scratchDirectory();
    const joined = await runProgram(['join', `127.0.0.1:${relay.port}`, code.toLowerCase()], { home });
    expect(joined).toMatchObject({ code: 0, stderr: '' });
    for (const step of ['found', 'joined', 'sent', 'seen', 'read', 'acknowledged']) {
      expect(joined.stdout).toMatch(new RegExp(`^✓ ${step} `, 'm'));
    }
    expect(joined.stdout).toContain('as vega, with');
    expect(statSync(join(home, 'joined.token')).mode & 0o777).toBe(0o600);
    const secret = readFileSync(join(home, 'joined.token'), 'utf8').trim();
    expect(secret).toMatch(/^cb_/);
    expect(joined.stdout).not.toContain(secret);
    expect(readFileSync(join(home, 'joined.json'), 'utf8')).not.toContain(secret);

    // From now on commands on this machine find the relay by themselves.
    const examined = await runProgram(['doctor', '--json'], { home });
    expect(examined.code).toBe(0);
    expect(examined.stdout).toContain('to the relay you are');
    expect(examined.stdout).toContain('vega');
  });

  it('sets up the clients of this user without writing the token into their files', async () => {
    const { code } = await pair(relay, { label: 'lyra', rights: ['read', 'send'] });
    const home = scratchDirectory();
    mkdirSync(join(home, '.cursor'));
    const joined = await runProgram(['join', relay.url, code, '--yes'], { home });
    expect(joined).toMatchObject({ code: 0, stderr: '' });
    expect(joined.stdout).toMatch(/Works: Claude Bridge .* \(.*lyra.*\)/);
    const written = readFileSync(join(home, '.cursor', 'mcp.json'), 'utf8');
    const { mcpServers } = JSON.parse(written) as {
      mcpServers: Record<string, { args: string[]; env?: object }>;
    };
    expect(mcpServers['claude-bridge']?.args).toEqual(
      expect.arrayContaining(['--stdio', '--url', relay.url, '--token-file', join(home, 'joined.token')]),
    );
    expect(written).not.toContain(readFileSync(join(home, 'joined.token'), 'utf8').trim());
  });

  it('says when the machine may only read', async () => {
    const { code } = await pair(relay, { rights: ['read'] });
    const home = scratchDirectory();
    const joined = await runProgram(['join', relay.url, code, '--name', 'reader', '--no-clients'], { home });
    expect(joined).toMatchObject({ code: 0, stderr: '' });
    expect(joined.stdout).toContain('as reader, with');
    expect(joined.stdout).toMatch(/^· tried +nothing/m);
  });

  it('keeps nothing of a code that is wrong, or was used', async () => {
    const { code } = await pair(relay, { label: 'once', rights: ['read'] });
    const first = await runProgram(['join', relay.url, code, '--no-clients'], { home: scratchDirectory() });
    expect(first.code).toBe(0);
    const home = scratchDirectory();
    const again = await runProgram(['join', relay.url, code, '--no-clients'], { home });
    expect(again.code).not.toBe(0);
    expect(again.stderr).toMatch(/^error: .*code/);
    const malformed = await runProgram(['join', relay.url, 'no code at all'], { home });
    expect(malformed.code).toBe(2);
    expect(existsSync(join(home, 'joined.json')) || existsSync(join(home, 'joined.token'))).toBe(false);
  });

  it('says when nobody is there', async () => {
    const nobody = await runProgram(['join', '127.0.0.1:1', 'K7QM-4XPD'], { home: scratchDirectory() });
    expect(nobody.code).toBe(5);
    expect(nobody.stderr).toContain('no relay answers at https://127.0.0.1:1');
  });

  it('is let in no longer once the token is revoked', async () => {
    const { code } = await pair(relay, { label: 'short', rights: ['read', 'send'] });
    const home = scratchDirectory();
    await runProgram(['join', relay.url, code, '--no-clients'], { home });
    const admin = new ApiClient({ url: relay.url, token: () => relay.localToken });
    const { tokens } = await admin.call<{ tokens: { id: string; label: string }[] }>({
      method: 'GET',
      path: '/api/tokens',
    });
    const id = tokens.find(({ label }) => label === 'short')?.id ?? '';
    await admin.call({ method: 'DELETE', path: `/api/tokens/${id}` });
    const examined = await runProgram(['doctor', '--json'], { home });
    expect(examined.code).toBe(6);
    expect(examined.stdout).toContain('does not accept this token');
  });

  it.skipIf(!hasOpenssl)('sends the code to nobody whose certificate is not vouched for', async () => {
    const { certPath, keyPath } = makeCertificate({ dir: scratchDirectory(), altNames: ['127.0.0.1'] });
    await using secure = await startRelay({ args: ['--tls-cert', certPath, '--tls-key', keyPath] });
    const { fingerprint256 } = new X509Certificate(readFileSync(certPath));
    const made = await pairOver(secure, { label: 'safe', rights: ['read', 'send', 'clear'] }, fingerprint256);
    expect(made.tls_fingerprint).toBe(fingerprint256);
    const host = `127.0.0.1:${secure.port}`;

    const unasked = await runProgram(['join', host, made.code], { home: scratchDirectory() });
    expect(unasked.code).toBe(2);
    expect(unasked.stdout).toContain(fingerprint256);
    const other = fingerprint256.replace(/^../, fingerprint256.startsWith('00') ? '11' : '00');
    const wrong = ['join', host, made.code, '--fingerprint', other];
    expect((await runProgram(wrong, { home: scratchDirectory() })).code).toBe(6);

    const home = scratchDirectory();
    const right = ['join', host, made.code, '--fingerprint', fingerprint256, '--no-clients'];
    expect(await runProgram(right, { home })).toMatchObject({ code: 0, stderr: '' });
    const examined = await runProgram(['doctor', '--json'], { home });
    expect(examined.stdout).toContain('the one that was agreed on');
    expect(examined.code).toBe(0);
  });
});

async function pairOver(
  { url, localToken }: Relay,
  body: PairingRequest,
  fingerprint: string,
): Promise<PairingResponse> {
  const fetch = nodeFetch({ kind: 'fingerprint', fingerprint });
  return new ApiClient({ url, token: () => localToken, fetch }).call({
    method: 'POST',
    path: '/api/pairings',
    body,
  });
}
