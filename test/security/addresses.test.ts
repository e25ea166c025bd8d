import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, test } from 'vitest';
import { listAddresses, type ListedRelay } from '../../src-main/security/addresses.ts';
import { isWslKernel, type NetworkView } from '../../src-main/security/network-view.ts';

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

const linux: Interfaces = {
  lo: ['127.0.0.1', '::1'],
  eth0: ['192.168.1.20', '2001:db8::20', 'fe80::1'],
  docker0: ['172.17.0.1'],
  tailscale0: ['100.101.102.103', 'fd7a:115c:a1e0::1', 'fe80::2'],
  wlan0: ['169.254.3.4'],
};

const mac: Interfaces = {
  lo0: ['127.0.0.1', '::1', 'fe80::1'],
  en0: ['fe80::18:2', '192.168.64.9', '2001:db8::9'],
  awdl0: ['fe80::3'],
  utun4: ['100.64.0.10', 'fd7a:115c:a1e0::10', 'fe80::4'],
  bridge100: ['192.168.65.1'],
};

const windows: Interfaces = {
  'vEthernet (WSL (Hyper-V firewall))': ['fe80::5', '172.28.0.1'],
  'vEthernet (Default Switch)': ['172.30.0.1'],
  'Wi-Fi': ['fe80::6', '192.168.1.5'],
  Tailscale: ['100.100.1.2'],
  'Loopback Pseudo-Interface 1': ['::1', '127.0.0.1'],
};

interface Case extends Partial<Omit<ListedRelay, 'network' | 'boundAddresses'>> {
  boundAddress?: string;
  /** The loopback address that it has bound as well. */
  beside?: string;
  on?: Interfaces;
  where?: Partial<NetworkView>;
}

function list({ on = linux, where = {}, boundAddress = '::', beside, ...relay }: Case) {
  return listAddresses({
    bindHost: boundAddress,
    boundAddresses: beside === undefined ? [boundAddress] : [boundAddress, beside],
    port: 8765,
    scheme: 'http',
    accepts: () => true,
    ...relay,
    network: network(on, where),
  });
}

/** `kind url`, with a star at the recommended one, brackets around those where nobody listens. */
function listed(given: Case): string[] {
  return list(given).map(({ kind, url, recommended, listening }) => {
    const line = `${recommended ? '* ' : ''}${kind} ${url}`;
    return listening ? line : `(${line})`;
  });
}

describe('a relay on all addresses', () => {
  test('is reached at every address of the machine but link-local ones, best at the tailnet', () => {
    expect(listed({ boundAddress: '::' })).toEqual([
      'loopback http://127.0.0.1:8765',
      'loopback http://[::1]:8765',
      '* tailnet http://100.101.102.103:8765',
      'tailnet http://[fd7a:115c:a1e0::1]:8765',
      'lan http://192.168.1.20:8765',
      'ipv6 http://[2001:db8::20]:8765',
      'container http://172.17.0.1:8765',
    ]);
  });

  test('of IPv4 does not listen on IPv6', () => {
    expect(listed({ boundAddress: '0.0.0.0' })).toEqual([
      'loopback http://127.0.0.1:8765',
      '(loopback http://[::1]:8765)',
      '* tailnet http://100.101.102.103:8765',
      '(tailnet http://[fd7a:115c:a1e0::1]:8765)',
      'lan http://192.168.1.20:8765',
      '(ipv6 http://[2001:db8::20]:8765)',
      'container http://172.17.0.1:8765',
    ]);
  });

  test('of macOS and of Windows has their names of interfaces', () => {
    expect(listed({ on: mac })).toEqual([
      'loopback http://127.0.0.1:8765',
      'loopback http://[::1]:8765',
      '* tailnet http://100.64.0.10:8765',
      'tailnet http://[fd7a:115c:a1e0::10]:8765',
      'lan http://192.168.64.9:8765',
      'ipv6 http://[2001:db8::9]:8765',
      'container http://192.168.65.1:8765',
    ]);
    expect(listed({ on: windows })).toEqual([
      'loopback http://[::1]:8765',
      'loopback http://127.0.0.1:8765',
      '* tailnet http://100.100.1.2:8765',
      'lan http://192.168.1.5:8765',
      'wsl http://172.28.0.1:8765',
      'wsl http://172.30.0.1:8765',
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
      'a public address before IPv6',
      { eth0: ['2001:db8::1', '203.0.113.9'] },
      {},
      '* lan http://203.0.113.9:8765',
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
  ])('recommends %s', (_, on, where, expected) => {
    expect(listed({ on, where }).filter((line) => line.startsWith('*'))).toEqual([expected]);
  });

  test('of a machine without a network recommends nothing', () => {
    expect(listed({ on: { lo: ['127.0.0.1'] } })).toEqual(['loopback http://127.0.0.1:8765']);
  });
});

describe('a relay on one address', () => {
  test('lists the others too, as addresses where it does not listen', () => {
    expect(listed({ boundAddress: '192.168.1.20' })).toEqual([
      '(loopback http://127.0.0.1:8765)',
      '(loopback http://[::1]:8765)',
      '(tailnet http://100.101.102.103:8765)',
      '(tailnet http://[fd7a:115c:a1e0::1]:8765)',
      '* lan http://192.168.1.20:8765',
      '(ipv6 http://[2001:db8::20]:8765)',
      '(container http://172.17.0.1:8765)',
    ]);
  });

  test('and on loopback lists that, and recommends the address that others reach', () => {
    const reached = (given: Case) => listed(given).filter((line) => !line.startsWith('('));
    expect(reached({ boundAddress: '192.168.1.20', beside: '127.0.0.1' })).toEqual([
      'loopback http://127.0.0.1:8765',
      '* lan http://192.168.1.20:8765',
    ]);
    expect(reached({ on: {}, boundAddress: '2001:db8::20', beside: '::1' })).toEqual([
      'loopback http://[::1]:8765',
      '* ipv6 http://[2001:db8::20]:8765',
    ]);
  });

  test.each([
    ['127.0.0.1', '127.0.0.1', ['loopback http://127.0.0.1:8765']],
    ['127.0.0.2', '127.0.0.2', ['loopback http://127.0.0.2:8765']],
    ['localhost', '127.0.0.1', ['loopback http://127.0.0.1:8765']],
    ['localhost', '::1', ['loopback http://[::1]:8765']],
    ['[::1]', '::1', ['loopback http://[::1]:8765']],
    ['192.168.1.20', '192.168.1.20', ['* lan http://192.168.1.20:8765']],
    ['192.168.1.20', '::ffff:192.168.1.20', ['* lan http://192.168.1.20:8765']],
    ['2001:DB8:0::20', '2001:db8::20', ['* ipv6 http://[2001:db8::20]:8765']],
    ['10.9.8.7', '10.9.8.7', ['* lan http://10.9.8.7:8765']],
    ['bridge.example', '192.168.1.20', ['* lan http://192.168.1.20:8765', 'lan http://bridge.example:8765']],
  ])('told to bind %s and bound to %s', (bindHost, boundAddress, expected) => {
    const reached = listed({ bindHost, boundAddress }).filter((line) => !line.startsWith('('));
    expect(reached).toEqual(expected);
  });
});

test('an address that the relay would not answer to is not recommended', () => {
  const addresses = list({ accepts: (host) => host !== '100.101.102.103' });
  const refused = addresses.filter(({ accepted }) => !accepted);
  expect(refused.map(({ host }) => host)).toEqual(['100.101.102.103']);
  expect(addresses.find(({ recommended }) => recommended)?.host).toBe('fd7a:115c:a1e0::1');
});

test('an address says in words what it is, and on which interface', () => {
  const labels = (given: Case) => list(given).map(({ label, url }) => `${label}: ${url}`);
  expect(labels({ boundAddress: '0.0.0.0', port: 443, scheme: 'https' })).toEqual([
    'this machine: https://127.0.0.1:443',
    'this machine: https://[::1]:443',
    'tailnet (tailscale0): https://100.101.102.103:443',
    'tailnet (tailscale0): https://[fd7a:115c:a1e0::1]:443',
    'local network (eth0): https://192.168.1.20:443',
    'IPv6 (eth0): https://[2001:db8::20]:443',
    'for containers on this machine (docker0): https://172.17.0.1:443',
  ]);
  expect(labels({ on: windows }).at(-1)).toBe(
    'for WSL on this machine (vEthernet (Default Switch)): http://172.30.0.1:8765',
  );
  const guest = { eth0: ['172.28.9.9'] };
  expect(labels({ on: guest, where: { insideWsl: true } })).toEqual([
    'this WSL guest, for its Windows host (eth0): http://172.28.9.9:8765',
  ]);
  expect(labels({ on: guest, where: { insideContainer: true } })).toEqual([
    'this container, for its host (eth0): http://172.28.9.9:8765',
  ]);
});

test.each([
  ['Linux version 5.15.167.4-microsoft-standard-WSL2 (root@f9c826d3017f) (gcc 11.2.0) #1 SMP', true],
  ['Linux version 4.4.0-19041-Microsoft (Microsoft@Microsoft.com) (gcc version 5.4.0) #1237', true],
  ['Linux version 6.6.30-WSL2-custom (builder@example) (gcc 12) #1 SMP', true],
  ['Linux version 6.8.0-45-generic (buildd@lcy02-amd64-115) (x86_64-linux-gnu-gcc-13) #45-Ubuntu SMP', false],
  ['', false],
])('a kernel that calls itself "%s" belongs to WSL: %s', (version, expected) => {
  expect(isWslKernel(version)).toBe(expected);
});
