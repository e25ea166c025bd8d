import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, test } from 'vitest';
import { reachableAddresses, type NetworkView } from '../../src-main/security/addresses.ts';

type Interfaces = Record<string, string[]>;

function network(interfaces: Interfaces, where: Partial<NetworkView> = {}): NetworkView {
  const entries = Object.entries(interfaces).map(
    ([name, addresses]) => [name, addresses.map(entry)] as const,
  );
  return { interfaces: Object.fromEntries(entries), insideWsl: false, insideContainer: false, ...where };
}

function entry(address: string): NetworkInterfaceInfo {
  const common = { address, netmask: '', mac: '00:00:00:00:00:00', internal: false, cidr: null };
  return address.includes(':') ? { ...common, family: 'IPv6', scopeid: 0 } : { ...common, family: 'IPv4' };
}

const laptop: Interfaces = {
  lo: ['127.0.0.1', '::1'],
  eth0: ['192.168.1.20', '2001:db8::20', 'fe80::1'],
  docker0: ['172.17.0.1'],
  tailscale0: ['100.101.102.103', 'fd7a:115c:a1e0::1', 'fe80::2'],
  wlan0: ['169.254.3.4'],
};

/** `kind url`, with a star at the recommended one. */
function found(
  bindHost: string,
  interfaces: Interfaces = laptop,
  where: Partial<NetworkView> = {},
): string[] {
  const options = { bindHost, port: 8765, scheme: 'http', network: network(interfaces, where) } as const;
  return reachableAddresses(options).map(
    ({ kind, url, recommended }) => `${recommended ? '* ' : ''}${kind} ${url}`,
  );
}

describe('a wildcard bind', () => {
  test('has every address of the machine but link-local ones, the tailnet recommended', () => {
    expect(found('::')).toEqual([
      'loopback http://127.0.0.1:8765',
      'loopback http://[::1]:8765',
      '* tailnet http://100.101.102.103:8765',
      'tailnet http://[fd7a:115c:a1e0::1]:8765',
      'lan http://192.168.1.20:8765',
      'ipv6 http://[2001:db8::20]:8765',
      'container http://172.17.0.1:8765',
    ]);
  });

  test('of IPv4 has no IPv6 addresses', () => {
    expect(found('0.0.0.0')).toEqual([
      'loopback http://127.0.0.1:8765',
      '* tailnet http://100.101.102.103:8765',
      'lan http://192.168.1.20:8765',
      'container http://172.17.0.1:8765',
    ]);
  });

  test.each<[string, Interfaces, Partial<NetworkView>, string]>([
    [
      'the local network without a tailnet',
      { lo: ['127.0.0.1'], docker0: ['172.17.0.1'], en0: ['10.1.2.3'] },
      {},
      '* lan http://10.1.2.3:8765',
    ],
    [
      'a tailnet address on an interface of any name',
      { en0: ['10.1.2.3'], utun4: ['100.64.0.10'] },
      {},
      '* tailnet http://100.64.0.10:8765',
    ],
    [
      'a public address before IPv6',
      { eth0: ['2001:db8::1', '203.0.113.9'] },
      {},
      '* public http://203.0.113.9:8765',
    ],
    [
      'what there is on Windows, not its inner networks',
      { 'vEthernet (WSL (Hyper-V firewall))': ['172.28.0.1'], 'Wi-Fi': ['192.168.1.5'] },
      {},
      '* lan http://192.168.1.5:8765',
    ],
    [
      'the WSL address inside WSL',
      { lo: ['127.0.0.1'], eth0: ['172.28.9.9'] },
      { insideWsl: true },
      '* wsl http://172.28.9.9:8765',
    ],
    [
      'the LAN address inside WSL with mirrored networks',
      { eth0: ['192.168.1.5'], eth1: ['172.28.9.9'] },
      { insideWsl: true },
      '* lan http://192.168.1.5:8765',
    ],
    [
      'the container address inside a container',
      { eth0: ['172.17.0.2'] },
      { insideContainer: true },
      '* container http://172.17.0.2:8765',
    ],
  ])('recommends %s', (_, interfaces, where, expected) => {
    const recommended = found('::', interfaces, where).filter((line) => line.startsWith('*'));
    expect(recommended).toEqual([expected]);
  });

  test('of a machine without a network recommends nothing', () => {
    expect(found('0.0.0.0', { lo: ['127.0.0.1'] })).toEqual(['loopback http://127.0.0.1:8765']);
  });
});

describe('a concrete bind has just its address', () => {
  test.each([
    ['127.0.0.1', 'loopback http://127.0.0.1:8765'],
    ['127.0.0.2', 'loopback http://127.0.0.2:8765'],
    ['localhost', 'loopback http://localhost:8765'],
    ['::1', 'loopback http://[::1]:8765'],
    ['[::1]', 'loopback http://[::1]:8765'],
    ['192.168.1.20', '* lan http://192.168.1.20:8765'],
    ['100.101.102.103', '* tailnet http://100.101.102.103:8765'],
    ['2001:DB8:0::20', '* ipv6 http://[2001:db8::20]:8765'],
    ['bridge.lan', '* name http://bridge.lan:8765'],
  ])('%s: %s', (bindHost, expected) => {
    expect(found(bindHost)).toEqual([expected]);
  });
});

test('an address says in words what it is, and on which interface', () => {
  const options = { bindHost: '0.0.0.0', port: 443, scheme: 'https', network: network(laptop) } as const;
  const labels = reachableAddresses(options).map(({ label, url }) => `${label}: ${url}`);
  expect(labels).toEqual([
    'this machine: https://127.0.0.1:443',
    'tailnet (tailscale0): https://100.101.102.103:443',
    'local network (eth0): https://192.168.1.20:443',
    'container network (docker0): https://172.17.0.1:443',
  ]);
});

test('on this machine every listed address is one of it', () => {
  const addresses = reachableAddresses({ bindHost: '::', port: 8765, scheme: 'http' });
  expect(addresses.map(({ kind }) => kind)).toContain('loopback');
  for (const { url } of addresses) expect(URL.parse(url)?.port).toBe('8765');
});
