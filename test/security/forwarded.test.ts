import { describe, expect, test } from 'vitest';
import {
  clientAddress,
  hasForwardingHeaders,
  parseTrustedProxies,
  requestScheme,
} from '../../src-main/security/forwarded.ts';

const trustedProxies = parseTrustedProxies([
  '10.0.0.5',
  ' 192.0.2.0/24 ',
  '::1',
  'fd00::/8',
  '::ffff:172.16.0.0/108',
]);

describe('trusted proxies', () => {
  test.each(['10.0.0.5', '::ffff:10.0.0.5', '192.0.2.255', '::1', 'fd12::9', '172.31.0.1'])(
    '%s is one',
    (address) => {
      expect(trustedProxies.has(address)).toBe(true);
    },
  );

  test.each(['10.0.0.6', '192.0.3.1', '::2', 'fe80::1', '172.32.0.1', '', 'proxy', undefined])(
    '%s is none',
    (address) => {
      expect(trustedProxies.has(address)).toBe(false);
    },
  );

  test.each([
    '',
    'proxy.example',
    '*',
    '10.0.0',
    '10.0.0.5/33',
    '10.0.0.5/',
    '10.0.0.5/8/8',
    '10.0.0.5/-1',
    'fd00::/129',
    '::1%lo',
    '[::1]',
    '10.0.0.5:80',
  ])('%j stops the start with a sentence that names it', (entry) => {
    expect(() => parseTrustedProxies(['10.0.0.5', entry])).toThrow(
      `the trusted proxy "${entry}" is not an IP address`,
    );
  });
});

describe('the client behind proxies', () => {
  test.each([
    ['nobody else without the header', '10.0.0.5', undefined, '10.0.0.5'],
    [
      'the peer, when it is no trusted proxy, whatever it claims',
      '198.51.100.9',
      '203.0.113.1',
      '198.51.100.9',
    ],
    [
      'the peer in plain IPv4, when the socket is dual-stack',
      '::ffff:198.51.100.9',
      undefined,
      '198.51.100.9',
    ],
    ['whom the proxy names', '10.0.0.5', '203.0.113.1', '203.0.113.1'],
    ['the right-most that is no proxy', '10.0.0.5', '203.0.113.66, 203.0.113.1, 192.0.2.8', '203.0.113.1'],
    ['the left-most, when all are proxies', '10.0.0.5', '192.0.2.7,192.0.2.8', '192.0.2.7'],
    ['named with a port', '10.0.0.5', '203.0.113.1:50123', '203.0.113.1'],
    ['named as IPv6 with a port', '10.0.0.5', '[2001:DB8::0:7]:50123', '2001:db8::7'],
    ['named as IPv4 in IPv6', '10.0.0.5', '::ffff:203.0.113.1', '203.0.113.1'],
    ['the last proxy, when what it says is no address', '10.0.0.5', '203.0.113.1, unknown', '10.0.0.5'],
    ['the last proxy, when it says nothing', '10.0.0.5', '', '10.0.0.5'],
    ['the last proxy before nonsense', '10.0.0.5', '<script>, 192.0.2.8', '192.0.2.8'],
    ['unknown when the socket is gone', undefined, '203.0.113.1', 'unknown'],
  ])('is %s', (_, peerAddress, forwarded, client) => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    expect(clientAddress({ peerAddress, headers, trustedProxies })).toBe(client);
  });

  test('is found at the end of a header of any length', () => {
    const headers = { 'x-forwarded-for': `${'1.1.1.1,'.repeat(20_000)} 203.0.113.1` };
    expect(clientAddress({ peerAddress: '::1', headers, trustedProxies })).toBe('203.0.113.1');
  });
});

describe('the scheme of the client', () => {
  test.each([
    [false, '198.51.100.9', 'https', 'http'],
    [true, '198.51.100.9', 'http', 'https'],
    [false, '10.0.0.5', 'https', 'https'],
    [false, '10.0.0.5', 'HTTPS', 'https'],
    [true, '10.0.0.5', 'http', 'http'],
    [false, '10.0.0.5', 'http, https', 'https'],
    [false, '10.0.0.5', 'javascript', 'http'],
    [true, '10.0.0.5', undefined, 'https'],
  ])('over TLS %j from %s that says %s is %s', (encrypted, peerAddress, said, scheme) => {
    const headers = said === undefined ? {} : { 'x-forwarded-proto': said };
    expect(requestScheme({ encrypted, peerAddress, headers, trustedProxies })).toBe(scheme);
  });
});

test.each(['x-forwarded-for', 'x-real-ip', 'forwarded'])('a request with %s came through a proxy', (name) => {
  expect(hasForwardingHeaders({ [name]: '' })).toBe(true);
  expect(hasForwardingHeaders({ host: 'localhost' })).toBe(false);
});
