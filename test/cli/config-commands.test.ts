import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { runCli, scratchDirectory } from './run-cli.ts';

describe('claude-bridge config show', () => {
  it('prints every value with the place it came from', async () => {
    using home = scratchDirectory();
    writeFileSync(join(home.path, 'config.json'), '{"maxSse": 7}');

    const { code, stdout } = await runCli(
      ['config', 'show', '--port', '9000', '--cors-origin', 'https://a.example'],
      {
        home: home.path,
        env: { CLAUDE_BRIDGE_LOG_LEVEL: 'debug' },
      },
    );

    expect(code).toBe(0);
    expect(stdout).toContain(`data directory  ${home.path}\n`);
    expect(stdout).toMatch(/^port +9000 +flag --port$/m);
    expect(stdout).toMatch(/^corsOrigins +https:\/\/a\.example +flag --cors-origin$/m);
    expect(stdout).toMatch(/^logLevel +debug +CLAUDE_BRIDGE_LOG_LEVEL$/m);
    expect(stdout).toMatch(/^maxSse +7 +config\.json$/m);
    expect(stdout).toMatch(/^host +127\.0\.0\.1 +default$/m);
  });

  it('names variables that are accepted without effect, and why', async () => {
    using home = scratchDirectory();
    const env = { FORWARDED_ALLOW_IPS: '*' };

    const { stdout, stderr } = await runCli(['config', 'show'], { home: home.path, env });

    expect(stdout).toMatch(/Set, but without effect:\n(.*\n)*FORWARDED_ALLOW_IPS: .*--trusted-proxy/);
    expect(stderr).toBe('');
  });

  it('warns of a variable with our prefix that means nothing', async () => {
    using home = scratchDirectory();
    const { code, stderr } = await runCli(['config', 'show'], {
      home: home.path,
      env: { CLAUDE_BRIDGE_PROT: '9000' },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'warning: unknown variable CLAUDE_BRIDGE_PROT\n' });
  });
});

describe('claude-bridge config path', () => {
  it('prints the path of the settings file and nothing else', async () => {
    using home = scratchDirectory();
    const result = await runCli(['config', 'path'], { home: home.path });
    expect(result).toEqual({ code: 0, stdout: `${join(home.path, 'config.json')}\n`, stderr: '' });
  });
});

describe('claude-bridge config check', () => {
  it('says ok when nothing is wrong', async () => {
    using home = scratchDirectory();
    writeFileSync(join(home.path, 'token'), 'fictional-token\n');
    const result = await runCli(['config', 'check', '--auth-token-file', 'token'], { home: home.path });
    expect(result).toEqual({ code: 0, stdout: 'ok\n', stderr: '' });
  });

  it('stops at a token file that cannot be read', async () => {
    using home = scratchDirectory();
    const result = await runCli(['config', 'check', '--auth-token-file', 'nowhere'], { home: home.path });
    const file = join(home.path, 'nowhere');
    expect(result).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: cannot read the token file ${file}: it does not exist\n`,
    });
  });

  it('stops at a certificate that cannot be read', async () => {
    using home = scratchDirectory();
    const result = await runCli(['config', 'check', '--tls-cert', 'c.pem', '--tls-key', 'k.pem'], {
      home: home.path,
    });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(/^error: the certificate file .*c\.pem cannot be read: .*\n$/);
  });

  it.skipIf(!hasOpenssl)('stops at a key that belongs to another certificate', async () => {
    using home = scratchDirectory();
    const one = makeCertificate({ dir: home.path });
    const other = makeCertificate({ dir: home.path });
    const check = (keyPath: string) =>
      runCli(['config', 'check', '--tls-cert', one.certPath, '--tls-key', keyPath], { home: home.path });

    expect(await check(one.keyPath)).toMatchObject({ code: 0, stdout: 'ok\n' });
    expect(await check(other.keyPath)).toMatchObject({
      code: 2,
      stderr: `error: the key in ${other.keyPath} does not belong to the certificate in ${one.certPath}\n`,
    });
  });
});
