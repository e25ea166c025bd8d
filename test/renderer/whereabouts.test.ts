import { describe, expect, test } from 'vitest';
import {
  needsToken,
  placeAfter,
  questionBefore,
  reachAfter,
  type Reach,
  type Whereabouts,
} from '../../src-renderer/state/settings/whereabouts.ts';
import type { SettingsPatch } from '../../src-shared/api/settings.ts';

const usual: Reach = {
  ...{ host: '127.0.0.1', loopback: true, port: 8765, trustedHosts: [], dashboard: true },
  ...{ tlsCert: undefined, tlsKey: undefined, authTokenFile: undefined, hasAuthToken: false },
  ...{ requireToken: true, allowUnauthenticatedNetwork: false },
};
const pair = { tlsCert: '/tls/relay.pem', tlsKey: '/tls/relay.key' };

function at(address: string): Whereabouts {
  const { protocol, hostname, port } = new URL(address);
  return { protocol, hostname, port };
}

function step(patch: SettingsPatch, before: Partial<Reach> = {}) {
  const from = { ...usual, ...before };
  return {
    before: from,
    after: reachAfter(from, patch, { ...usual, requireToken: false }),
    port: from.port,
  };
}

function asked(patch: SettingsPatch, address: string, before?: Partial<Reach>): string | undefined {
  return questionBefore(step(patch, before), at(address))?.title;
}

describe('a browser is asked before', () => {
  const here = 'http://127.0.0.1:8765';
  const lan = 'http://192.168.1.20:8765';

  test.each<[what: string, patch: SettingsPatch, address: string, before: Partial<Reach>, title: RegExp]>([
    ['the page goes', { dashboard: false }, here, {}, /serving this page/],
    ['its rights go with the token', { requireToken: false }, here, {}, /asking for a token/],
    ['they go with the default', { requireToken: null }, here, {}, /asking for a token/],
    [
      'they go because only this computer is left',
      { host: '127.0.0.1' },
      here,
      { host: '0.0.0.0', requireToken: false },
      /asking for a token/,
    ],
    ['its address goes', { host: '127.0.0.1' }, lan, { host: '0.0.0.0' }, /listening on 192\.168\.1\.20/],
    ['another network is chosen', { host: '10.0.0.1' }, lan, { host: '192.168.1.20' }, /listening on/],
    [
      'another address of loopback goes',
      { host: '192.168.1.20' },
      'http://127.0.0.2:8765',
      {},
      /127\.0\.0\.2/,
    ],
    [
      'loopback goes because it is not wanted beside others',
      { host: '192.168.1.20' },
      'http://localhost:8765',
      { loopback: false },
      /listening on localhost/,
    ],
    [
      'it is switched off beside another',
      { loopback: false },
      here,
      { host: '192.168.1.20' },
      /listening on 127\.0\.0\.1/,
    ],
    [
      'its name goes from the list',
      { trustedHosts: [] },
      'http://relay.example:8765',
      { host: '0.0.0.0', trustedHosts: ['*.example'] },
      /requests for relay\.example/,
    ],
    ['TLS comes', pair, here, {}, /Switch to TLS/],
    ['TLS goes', { tlsCert: null, tlsKey: null }, 'https://127.0.0.1:8765', pair, /TLS off/],
    ['something in between loses the relay', { port: 9000 }, 'https://relay.example', {}, /leads to it/],
    ['anybody may come in', { allowUnauthenticatedNetwork: true }, here, {}, /without a token/],
  ])('%s', (_what, patch, address, before, title) => {
    // A name in front of loopback is another program, a proxy.
    const from = address.includes('relay.example') ? { host: '0.0.0.0', ...before } : before;
    expect(asked(patch, address, from)).toMatch(title);
  });

  test('and not before what it survives', () => {
    expect(asked({ port: 9000 }, here)).toBeUndefined();
    expect(asked({ host: '0.0.0.0' }, here)).toBeUndefined();
    expect(asked({ host: '0.0.0.0' }, 'http://localhost:8765')).toBeUndefined();
    expect(asked({ host: '192.168.1.20' }, here)).toBeUndefined();
    expect(asked({ host: '192.168.1.20' }, 'http://localhost:8765')).toBeUndefined();
    expect(asked({ host: '2001:db8::20' }, 'http://[::1]:8765')).toBeUndefined();
    expect(asked({ host: '2001:db8::20' }, here)).toBeUndefined();
    expect(asked({ host: '192.168.1.20' }, 'http://[::1]:8765')).toBeUndefined();
    expect(asked({ loopback: false }, here)).toBeUndefined();
    expect(asked({ trustedHosts: ['other.example'] }, here, { trustedHosts: ['a.example'] })).toBeUndefined();
    expect(asked({ requireToken: false }, here, { hasAuthToken: true })).toBeUndefined();
  });

  test('in the window also before agents without a token are refused', () => {
    const open = { requireToken: false };
    const question = (patch: SettingsPatch, before: Partial<Reach> = open) =>
      questionBefore(step(patch, before))?.confirm;
    expect(question({ host: '192.168.1.20' })).toBe('Ask for a token');
    expect(question({ host: '0.0.0.0' })).toBe('Ask for a token');
    expect(question({ requireToken: true })).toBe('Ask for a token');
    expect(question({ host: '192.168.1.20' }, {})).toBeUndefined();
    expect(question({ port: 9000 })).toBeUndefined();
  });

  test('in the window otherwise only before others are let in', () => {
    expect(questionBefore(step({ requireToken: false, dashboard: false, port: 1 }))).toBeUndefined();
    expect(questionBefore(step({ allowUnauthenticatedNetwork: true }))?.confirm).toBe(
      'Serve without a token',
    );
  });
});

describe('a page goes on', () => {
  const url = 'http://127.0.0.1:9000';

  test('at the new port, under the name by which it came', () => {
    expect(placeAfter({ url }, at('http://localhost:8765'), step({ port: 9000 }))).toBe(
      'http://localhost:9000',
    );
    expect(
      placeAfter({ url }, at('http://192.168.1.20:8765'), step({ port: 9000 }, { host: '0.0.0.0' })),
    ).toBe('http://192.168.1.20:9000');
  });

  test('at the new address, but not at the loopback address of another computer', () => {
    const [beside, far] = ['http://127.0.0.1:8765', 'http://10.0.0.2:8765'];
    const moved = step({ host: '10.0.0.1' }, { host: '10.0.0.2' });
    expect(placeAfter({ url: beside }, at(far), moved)).toBe('http://10.0.0.1:8765');
    expect(placeAfter({ url: beside }, at(beside), moved)).toBeUndefined();
    expect(placeAfter({ url: 'http://10.0.0.1:8765' }, at('http://127.0.0.2:8765'), moved)).toBe(
      'http://10.0.0.1:8765',
    );
    const toIpv6 = step({ host: '2001:db8::20' });
    expect(placeAfter({ url: beside }, at(beside), toIpv6)).toBeUndefined();
    expect(placeAfter({ url: beside }, at(far), toIpv6)).toBe('http://[2001:db8::20]:8765');
    const alone = step({ host: '127.0.0.1' }, { host: '10.0.0.1' });
    expect(placeAfter({ url: 'http://127.0.0.1:8765' }, at('http://10.0.0.1:8765'), alone)).toBeUndefined();
  });

  test('where it is when nothing moves, or when something in between leads to the relay', () => {
    const change = { url: 'http://127.0.0.1:8765' };
    expect(placeAfter(change, at('http://127.0.0.1:8765'), step({ dashboard: true }))).toBeUndefined();
    expect(placeAfter({ url }, at('https://relay.example'), step({ port: 9000 }))).toBeUndefined();
    expect(placeAfter({ url: null }, at('http://127.0.0.1:8765'), step({ port: 9000 }))).toBeUndefined();
  });
});

test('clients need a token where the relay says so', () => {
  const open = { ...usual, requireToken: false };
  expect(needsToken(open)).toBe(false);
  expect(needsToken({ ...open, host: '0.0.0.0' })).toBe(true);
  expect(needsToken({ ...open, host: '0.0.0.0', allowUnauthenticatedNetwork: true })).toBe(false);
  expect(needsToken({ ...open, authTokenFile: '/run/token' })).toBe(true);
});
