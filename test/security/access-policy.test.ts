import { describe, expect, test } from 'vitest';
import {
  admitWithoutToken,
  bindNeedsToken,
  isLoopbackAddress,
  isLoopbackHost,
  loopbacksBeside,
} from '../../src-main/security/access-policy.ts';

const loopback = [
  '127.0.0.1',
  '127.0.0.2',
  '127.255.255.254',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::ffff:127.0.0.1',
  '::FFFF:7f00:1',
];
const elsewhere = [
  '128.0.0.1',
  '10.0.0.1',
  '0.0.0.0',
  '::',
  '::2',
  '::ffff:10.0.0.1',
  '::127.0.0.1',
  'fe80::1%lo',
  '2001:db8::1',
];
const noAddresses = [
  '',
  '127.1',
  '0x7f.1',
  '2130706433',
  '127.0.0.1.',
  '127.0.0.01',
  '127.0.0.1:80',
  '[::1]x',
  '127.0.0.1%lo',
  'localhost.evil.example',
];

test.each(loopback)('%s is on this machine', (address) => {
  expect(isLoopbackAddress(address)).toBe(true);
  expect(isLoopbackHost(address)).toBe(true);
});

test.each([...elsewhere, ...noAddresses])('%j is not on this machine', (address) => {
  expect(isLoopbackAddress(address)).toBe(false);
  expect(isLoopbackHost(address)).toBe(false);
});

test('localhost and a bracketed address name this machine when they are bound, but are no peer', () => {
  for (const host of ['localhost', 'LOCALHOST', '[::1]']) {
    expect(isLoopbackHost(host)).toBe(true);
    expect(isLoopbackAddress(host)).toBe(false);
  }
});

test.each(['192.0.2.7', '::ffff:192.0.2.7', '2001:db8::7', 'fe80::7%eth0'])(
  'beside %s a relay is found on loopback, too',
  (address) => {
    expect(loopbacksBeside(address)).toEqual(['127.0.0.1', '::1']);
  },
);

test.each([...loopback, '0.0.0.0', '::', '0:0::0', 'localhost', 'bridge.example', ''])(
  'beside %j it is found nowhere else',
  (address) => {
    expect(loopbacksBeside(address)).toEqual([]);
  },
);

describe('without a token', () => {
  test.each([
    ['127.0.0.1', false, false, 'loopback'],
    ['::ffff:127.0.0.1', false, false, 'loopback'],
    ['127.0.0.1', false, true, 'loopback'],
    ['127.0.0.1', true, false, 'refused'],
    ['127.0.0.1', true, true, 'network'],
    ['192.0.2.7', false, false, 'refused'],
    ['192.0.2.7', false, true, 'network'],
    [undefined, false, false, 'refused'],
  ])(
    'a request from %s (forwarded: %j, network allowed: %j) is %s',
    (peerAddress, forwarded, allowed, admission) => {
      const request = { peerAddress, hasForwardingHeaders: forwarded, allowUnauthenticatedNetwork: allowed };
      expect(admitWithoutToken(request)).toBe(admission);
    },
  );

  test.each([
    ['127.0.0.1', false, false],
    ['127.0.0.2', false, false],
    ['localhost', false, false],
    ['0.0.0.0', false, true],
    ['::', false, true],
    ['bridge.example', false, true],
    ['192.0.2.7', false, true],
    ['0.0.0.0', true, false],
  ])('a relay that binds %s (network allowed: %j) needs a token: %j', (host, allowed, needed) => {
    expect(bindNeedsToken(host, allowed)).toBe(needed);
  });
});
