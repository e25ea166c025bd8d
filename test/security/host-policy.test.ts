import fc from 'fast-check';
import { hostname, networkInterfaces } from 'node:os';
import { describe, expect, test, vi } from 'vitest';
import { HostPolicy, namesOfThisMachine } from '../../src-main/security/host-policy.ts';

function policy(trustedHosts: string[] = [], bindHost = '127.0.0.1', ownNames: string[] = []): HostPolicy {
  return new HostPolicy({ bindHost, trustedHosts, ownNames: () => ownNames });
}

describe('loopback names', () => {
  test.each([
    'localhost',
    'localhost:8765',
    'LocalHost:1',
    'localhost.',
    'localhost.:8765',
    '127.0.0.1',
    '127.0.0.1:8765',
    '127.8.9.10',
    '[::1]',
    '[::1]:8765',
    '::1',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]:80',
  ])('%s is accepted', (header) => {
    expect(policy().accepts(header)).toBe(true);
  });
});

const malformed = [
  '',
  ' ',
  ':8765',
  'localhost:',
  'localhost:0',
  'localhost:65536',
  'localhost:999999',
  'localhost:-1',
  'localhost:80:80',
  'localhost:http',
  'localhost:8765 ',
  ' localhost',
  'localhost, localhost',
  'localhost/',
  'localhost/x',
  'localhost\\',
  'localhost..',
  '.localhost',
  'local host',
  'localhost%00',
  'localhost\u0000',
  'localhost#',
  'localhost?',
  'user@localhost',
  'user:word@localhost:80',
  'evil.example@127.0.0.1',
  'http://localhost',
  '[::1',
  '::1]',
  '[::1]]',
  '[::1]8765',
  '[::1]:65536',
  '[::1%25lo]',
  '[::1%lo]',
  '::1%lo',
  '[127.0.0.1]',
  '[localhost]',
  '[]',
  '::1:99999',
  'ｌｏｃａｌｈｏｓｔ',
  'localhοst',
  'lo\u00adcalhost',
];

describe('a malformed header', () => {
  test.each(malformed)('%j is refused, even when every host is trusted', (header) => {
    expect(policy(['*']).accepts(header)).toBe(false);
  });

  test.each([
    ['a label', `${'a'.repeat(64)}.example`],
    ['a name', `${'a.'.repeat(200)}example`],
    ['one word', 'x'.repeat(10_000)],
    ['colons', ':'.repeat(60_000)],
    ['an address', `[${'0:'.repeat(30_000)}1]`],
  ])('that is too long is refused: %s', (_, header) => {
    expect(policy(['*']).accepts(header)).toBe(false);
  });

  test('or none at all is refused without being repeated in the answer', () => {
    for (const header of ['<script>', undefined]) {
      expect(() => policy(['*']).require(header)).toThrow(
        expect.objectContaining({
          code: 'host_not_allowed',
          status: 400,
          field: 'Host',
          message: 'the request needs one well-formed Host header',
        }),
      );
    }
  });
});

describe('a foreign name', () => {
  test.each([
    'evil.example',
    'localhost.evil.example',
    'evil.example:8765',
    'xlocalhost',
    'foo.localhost',
    '127.1',
    '127.0.0.1.evil.example',
    '127.0.0.1.nip.io',
    '0x7f.1',
    '0x7f000001',
    '2130706433',
    '0177.0.0.1',
    '127.0.0.01',
    '0',
    '0.0.0.0',
    '[::]',
    '128.0.0.1',
    '[::2]',
    '10.0.0.1',
    '2001:db8::1',
  ])('%s is refused', (header) => {
    expect(policy([], '0.0.0.0').accepts(header)).toBe(false);
  });

  test('is told how to become a trusted one', () => {
    expect(() => policy().require('Evil.Example:80')).toThrow(
      'this relay does not answer to the host name "evil.example"; to allow it, start the relay with --trusted-host evil.example',
    );
  });

  test('of any form is never taken for a loopback name', () => {
    const strict = policy();
    fc.assert(
      fc.property(fc.domain(), fc.nat(70_000), (domain, port) => {
        expect(strict.accepts(domain) || strict.accepts(`${domain}:${port}`)).toBe(false);
      }),
    );
  });
});

describe('trusted hosts', () => {
  test.each([
    [
      'bridge.example.com',
      ['bridge.example.com', 'BRIDGE.example.com:443', 'bridge.example.com.'],
      ['example.com', 'x.bridge.example.com', 'xbridge.example.com'],
    ],
    ['Bridge.Example.com.', ['bridge.example.com'], ['bridge.example.org']],
    ['bridge.example.com:9000', ['bridge.example.com:8765'], []],
    [
      '*.example.com',
      ['a.example.com', 'a.b.example.com:1'],
      ['example.com', '.example.com', 'aexample.com', 'a.example.com.evil.example'],
    ],
    ['my_service', ['my_service:8765'], ['myservice']],
    ['bücher.example', ['xn--bcher-kva.example'], ['bucher.example']],
    ['192.0.2.7', ['192.0.2.7', '[::ffff:192.0.2.7]'], ['192.0.2.70']],
    ['2001:DB8::0:7', ['[2001:db8::7]:8765', '2001:db8:0:0:0:0:0:7'], ['[2001:db8::8]']],
    ['[2001:db8::7]', ['[2001:db8::7]'], []],
    ['*', ['anything.example:8765', '192.0.2.7', '[2001:db8::1]'], []],
  ])('%s', (trusted, accepted, refused) => {
    const hosts = policy([trusted]);
    for (const header of accepted) expect.soft(hosts.accepts(header), header).toBe(true);
    for (const header of refused) expect.soft(hosts.accepts(header), header).toBe(false);
    expect(hosts.accepts('localhost')).toBe(true);
  });

  test.each([
    '',
    'http://bridge.example',
    '*.',
    '**',
    '*example.com',
    'a.*.example',
    '*.*.example',
    '*.192.0.2.7',
    'user@bridge.example',
    'a b',
  ])('%j stops the start with a sentence that names it', (host) => {
    expect(() => policy(['good.example', host])).toThrow(`the trusted host "${host}" is not a host name`);
  });
});

describe('what the relay is bound to', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7:8765'],
    ['bridge.lan', 'bridge.lan:8765'],
    ['2001:db8::7', '[2001:db8::7]'],
    ['[2001:db8::7]', '[2001:db8::7]'],
  ])('%s is accepted as %s', (bindHost, header) => {
    expect(policy([], bindHost).accepts(header)).toBe(true);
    expect(policy().accepts(header)).toBe(false);
  });
});

describe("the machine's own names", () => {
  test('are its addresses and its host name, also with .local', () => {
    const hosts = new HostPolicy({ bindHost: '0.0.0.0', trustedHosts: [] });
    const addresses = Object.values(networkInterfaces()).flatMap((entries = []) => entries);
    for (const { address, family } of addresses) {
      expect
        .soft(hosts.accepts(family === 'IPv6' ? `[${address}]:8765` : `${address}:8765`), address)
        .toBe(true);
    }
    const label = hostname().split('.')[0] ?? '';
    for (const name of [hostname(), label, `${label}.local`, `${label.toUpperCase()}.LOCAL:8765`]) {
      expect.soft(hosts.accepts(name), name).toBe(true);
    }
    expect(namesOfThisMachine()).toContain(label.toLowerCase());
  });

  test('are looked up again on a miss, at most once a second', () => {
    let now = 0;
    const ownNames = vi.fn(() => ['192.0.2.7']);
    const hosts = new HostPolicy({ bindHost: '0.0.0.0', trustedHosts: [], ownNames, now: () => now });
    for (let i = 0; i < 100; i++) hosts.accepts(`evil-${i}.example`);
    expect(ownNames).toHaveBeenCalledTimes(1);

    expect(hosts.accepts('192.0.2.7')).toBe(true);
    ownNames.mockReturnValue(['192.0.2.8']);
    expect(hosts.accepts('192.0.2.8')).toBe(false);
    now = 1_000;
    expect(hosts.accepts('192.0.2.8')).toBe(true);
    expect(hosts.accepts('192.0.2.7')).toBe(false);
    expect(ownNames).toHaveBeenCalledTimes(2);
  });

  test('are not looked up for names that are accepted anyway', () => {
    const ownNames = vi.fn(() => []);
    const hosts = new HostPolicy({ bindHost: '127.0.0.1', trustedHosts: ['*.example.com'], ownNames });
    for (const header of ['localhost', '127.0.0.1:8765', 'a.example.com'])
      expect(hosts.accepts(header)).toBe(true);
    expect(ownNames).not.toHaveBeenCalled();
  });
});

test('a flood of accepted names is forgotten again', () => {
  const hosts = policy(['*.example.com']);
  for (let i = 0; i < 5_000; i++) expect(hosts.accepts(`a${i}.example.com`)).toBe(true);
  expect(hosts.accepts('evil.example')).toBe(false);
});
