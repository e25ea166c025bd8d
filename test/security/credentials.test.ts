import fc from 'fast-check';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Credentials, type Identity } from '../../src-main/security/credentials.ts';
import { SharedTokens } from '../../src-main/security/shared-tokens.ts';

const token = 'orchid-7';
const credentials = credentialsWith(token, 'local-secret');

function credentialsWith(shared: string, localToken?: string): Credentials {
  return new Credentials({ shared: new SharedTokens({ token: shared }), localToken });
}

/** What a credential turned out to be, in a word. */
function identify(...presented: Parameters<Credentials['identify']>): string {
  return inWord(credentials.identify(...presented));
}

function inWord(identity: Identity): string {
  return typeof identity === 'object' ? identity.principal.kind : identity;
}

describe('the Authorization header', () => {
  test.each<[string | undefined, string]>([
    ['Bearer orchid-7', 'token'],
    ['bearer orchid-7', 'token'],
    ['BEARER orchid-7', 'token'],
    ['Bearer local-secret', 'local'],
    ['Bearer orchid-8', 'wrong'],
    ['Bearer orchid-77', 'wrong'],
    ['Bearer orchid-', 'wrong'],
    ['Bearer Orchid-7', 'wrong'],
    ['Bearer  orchid-7', 'wrong'],
    ['Bearer\torchid-7', 'wrong'],
    ['Bearer orchid-7 ', 'wrong'],
    ['Bearer orchid-7, Bearer orchid-7', 'wrong'],
    ['Bearer', 'wrong'],
    ['Bearer ', 'wrong'],
    ['Bearer \u0000', 'wrong'],
    ['Bearerorchid-7', 'absent'],
    ['Basic b3JjaGlkLTc=', 'absent'],
    ['orchid-7', 'absent'],
    [' Bearer orchid-7', 'absent'],
    ['', 'absent'],
    [undefined, 'absent'],
  ])('%j is %s', (header, identity) => {
    expect(identify(header)).toBe(identity);
  });
});

test('a huge header is wrong like any other', () => {
  expect(credentials.identify(`Bearer ${'orchid-7'.repeat(100_000)}`)).toBe('wrong');
});

describe('the query token', () => {
  test.each<[string | undefined, string | undefined, string]>([
    [undefined, token, 'token'],
    [undefined, 'local-secret', 'local'],
    [undefined, 'guess', 'wrong'],
    [undefined, '', 'absent'],
    ['Basic b3JjaGlkLTc=', token, 'token'],
    ['Bearer guess', token, 'wrong'],
    ['Bearer', token, 'wrong'],
    ['Bearer orchid-7', 'guess', 'token'],
  ])('beside the header %j, %j is %s', (header, queryToken, identity) => {
    expect(identify(header, queryToken)).toBe(identity);
  });
});

test('an empty token counts as not configured and lets nobody in', () => {
  const none = credentialsWith('', '');
  expect(none.shared.required).toBe(false);
  expect(none.identify('Bearer ')).toBe('wrong');
  expect(none.identify('Bearer', '')).toBe('wrong');
});

test('a token in any alphabet matches the UTF-8 bytes that a client sends', async () => {
  const secret = 'klíč-鍵-🗝';
  const strange = credentialsWith(secret);
  const server = createServer((request, response) =>
    response.end(inWord(strange.identify(request.headers.authorization))),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const ask = async (header: string): Promise<string> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.end(`GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: ${header}\r\n\r\n`);
    let answer = '';
    for await (const chunk of socket.setEncoding('utf8')) answer += String(chunk);
    return answer.split('\r\n\r\n')[1] ?? '';
  };
  expect(await ask(`Bearer ${secret}`)).toContain('token');
  expect(await ask('Bearer klíč-鍵-🗝️')).toContain('wrong');
  server.close();
});

test('only the exact token is the token', () => {
  fc.assert(
    fc.property(fc.string(), (guess) => {
      const header = `Bearer ${Buffer.from(guess, 'utf8').toString('latin1')}`;
      expect(identify(header) === 'token').toBe(guess === token);
    }),
  );
});

test('no token can be read back from the credentials', () => {
  const shown = inspect(credentials, { depth: 9, showHidden: true });
  expect(shown + JSON.stringify(credentials)).not.toMatch(/orchid|local-secret/);
});
