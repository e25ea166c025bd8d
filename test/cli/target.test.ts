import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findTarget } from '../../src-main/cli/target.ts';
import { scratchDirectory } from '../support/program.ts';

const address = 'http://192.0.2.10:8765';

/** A data directory in which a relay seems to run: this process. */
function homeWithRelay(url: string, token = 'local-token', pid = process.pid): string {
  const home = scratchDirectory();
  mkdirSync(join(home, 'runtime'));
  leave(home, url, token, pid);
  return home;
}

function leave(home: string, url: string, token: string, pid = process.pid): void {
  const content = { url, pid, version: '2.0.0', token, startedAt: '2026-01-31T08:15:00Z', db: '/x.db' };
  writeFileSync(join(home, 'runtime/relay.json'), JSON.stringify(content));
}

function fileWith(text: string): string {
  const path = join(scratchDirectory(), 'file');
  writeFileSync(path, text);
  return path;
}

describe('the relay of a command', () => {
  test('is the one that runs here, with its own token', () => {
    const target = findTarget({}, { env: {}, dataDirectory: homeWithRelay('http://127.0.0.1:8765') });
    expect(target).toMatchObject({ url: 'http://127.0.0.1:8765', found: 'running', warnings: [] });
    expect(target.token()).toBe('local-token');
  });

  test('is still that one after it was started anew on another port', () => {
    const dataDirectory = homeWithRelay('http://127.0.0.1:8765');
    const target = findTarget({}, { env: {}, dataDirectory });
    leave(dataDirectory, 'http://127.0.0.1:9999', 'new-token');
    expect([target.url, target.token()]).toEqual(['http://127.0.0.1:9999', 'new-token']);
  });

  test('gets no token once it is gone: somebody else may have its port', () => {
    const dataDirectory = homeWithRelay('http://127.0.0.1:8765');
    const target = findTarget({}, { env: {}, dataDirectory });
    leave(dataDirectory, 'http://127.0.0.1:8765', 'old-token', 2 ** 22);
    expect(target.token()).toBeUndefined();
  });

  test('is that of the flag before that of the variable before the one that runs here', () => {
    const dataDirectory = homeWithRelay('http://127.0.0.1:8765');
    const env = { CLAUDE_BRIDGE_URL: 'https://bridge.example/relay/' };
    expect(findTarget({ url: address }, { env, dataDirectory }).url).toBe(address);
    expect(findTarget({}, { env, dataDirectory }).url).toBe('https://bridge.example/relay');
    expect(findTarget({}, { env: { CLAUDE_BRIDGE_URL: ' ' }, dataDirectory }).found).toBe('running');
  });

  test('gets its own token when the one that runs here is spelled out', () => {
    const place = { env: {}, dataDirectory: homeWithRelay('http://127.0.0.1:8765') };
    expect(findTarget({ url: 'http://127.0.0.1:8765/mcp' }, place).token()).toBe('local-token');
    expect(findTarget({ url: 'http://127.0.0.1:8766' }, place).token()).toBeUndefined();
  });

  test.each([
    ['http://192.0.2.10:8765/mcp', address],
    ['http://192.0.2.10:8765/sse/', address],
    ['https://bridge.example/below/', 'https://bridge.example/below'],
  ])('may be named by one of its endpoints: %s', (given, url) => {
    expect(findTarget({ url: given }, { env: {}, dataDirectory: scratchDirectory() }).url).toBe(url);
  });

  test('is missing when nothing names one', () => {
    expect(() => findTarget({}, { env: {}, dataDirectory: scratchDirectory() })).toThrow(
      expect.objectContaining({ outcome: 'unreachable' }),
    );
  });
});

describe('its token', () => {
  const place = (env: NodeJS.ProcessEnv) => ({ env, dataDirectory: scratchDirectory() });

  test('comes from the strongest source, and within one from the token before the file', () => {
    const env = {
      CLAUDE_BRIDGE_TOKEN: 'in-variable',
      CLAUDE_BRIDGE_TOKEN_FILE: fileWith('in-variable-file'),
      CLAUDE_BRIDGE_AUTH_TOKEN: 'of-server',
    };
    const tokenFile = fileWith('\ufeffin-file\n');
    const tokenOf = (options: object, variables: NodeJS.ProcessEnv) =>
      findTarget({ url: address, ...options }, place(variables)).token();
    expect(tokenOf({ token: 'by-flag', tokenFile }, env)).toBe('by-flag');
    expect(tokenOf({ tokenFile }, env)).toBe('in-file');
    expect(tokenOf({}, env)).toBe('in-variable');
    expect(tokenOf({}, { ...env, CLAUDE_BRIDGE_TOKEN: '' })).toBe('in-variable-file');
    expect(tokenOf({}, { CLAUDE_BRIDGE_AUTH_TOKEN: 'of-server' })).toBe('of-server');
    expect(tokenOf({}, { CLAUDE_BRIDGE_AUTH_TOKEN_FILE: tokenFile })).toBe('in-file');
    expect(tokenOf({}, {})).toBeUndefined();
  });

  test('is warned about on the command line, without being repeated', () => {
    const { warnings } = findTarget({ url: address, token: 'fictional-secret' }, place({}));
    expect(warnings).toEqual([expect.stringContaining('--token-file')]);
    expect(warnings.join()).not.toContain('fictional-secret');
  });

  test('is read anew from its file, so that it can be rotated', () => {
    const tokenFile = fileWith('one');
    const target = findTarget({ url: address, tokenFile }, place({}));
    writeFileSync(tokenFile, 'two');
    expect(target.token()).toBe('two');
    writeFileSync(tokenFile, '');
    expect(() => target.token()).toThrow('is empty');
  });

  test('of a variable is not given to the relay that runs here', () => {
    const dataDirectory = homeWithRelay('http://127.0.0.1:8765');
    const env = { CLAUDE_BRIDGE_TOKEN: 'for-another' };
    expect(findTarget({}, { env, dataDirectory }).token()).toBe('local-token');
    expect(findTarget({ token: 'for-this' }, { env, dataDirectory }).token()).toBe('for-this');
  });
});

test.each([
  [{ url: 'bridge.example' }, '--url must be an address'],
  [{ url: 'ftp://bridge.example' }, '--url must be an address'],
  [{ url: 'http://bridge.example/?token=x' }, '--url must be an address'],
  [{ url: 'http://me:secret@bridge.example' }, 'must not hold a secret'],
  [{ url: address, token: 'two\nlines' }, '--token must be'],
  [{ url: address, tokenFile: '/nowhere/token' }, 'cannot read the token file'],
  [{ url: address, caFile: '/nowhere/ca.pem' }, 'cannot read /nowhere/ca.pem'],
  [{ url: address, fingerprint: 'abc' }, '--fingerprint must be 32 bytes'],
])('what cannot be used is refused: %j', (options, message) => {
  const find = () => findTarget(options, { env: {}, dataDirectory: scratchDirectory() });
  expect(find).toThrow(message);
  expect(find).not.toThrow('secret@');
});
