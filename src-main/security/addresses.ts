import { existsSync } from 'node:fs';
import { networkInterfaces, release, type NetworkInterfaceInfo } from 'node:os';
import { BlockList, isIP } from 'node:net';
import { isLoopbackAddress, isLoopbackHost } from './access-policy.ts';
import { familyOf, normalizeAddress, urlHost } from './ip-address.ts';

export type AddressKind = 'loopback' | 'tailnet' | 'lan' | 'public' | 'ipv6' | 'wsl' | 'container' | 'name';

/** One way to reach this relay. */
export interface Address {
  address: string;
  /** Without a path and a slash at the end. */
  url: string;
  kind: AddressKind;
  /** For people, for example "tailnet (tailscale0)". */
  label: string;
  /** The best one to give to another machine; at most one is. */
  recommended: boolean;
}

/** What the operating system says; tests pass their own. */
export interface NetworkView {
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>;
  /** This machine is a WSL guest: its network may end at the Windows host. */
  insideWsl: boolean;
  /** This machine is a container: its addresses may end at its host. */
  insideContainer: boolean;
}

export interface ReachableOptions {
  bindHost: string;
  port: number;
  scheme: 'http' | 'https';
  network?: NetworkView;
}

/** Best first: a tailnet address works from everywhere and does not change. */
const preference: readonly AddressKind[] = ['tailnet', 'lan', 'name', 'public', 'ipv6', 'wsl', 'container'];

const tailnet = new BlockList();
tailnet.addSubnet('100.64.0.0', 10, 'ipv4');
tailnet.addSubnet('fd7a:115c:a1e0::', 48, 'ipv6');

const linkLocal = new BlockList();
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4');
linkLocal.addSubnet('fe80::', 10, 'ipv6');

const privateNetworks = new BlockList();
privateNetworks.addSubnet('10.0.0.0', 8, 'ipv4');
privateNetworks.addSubnet('172.16.0.0', 12, 'ipv4');
privateNetworks.addSubnet('192.168.0.0', 16, 'ipv4');

const tailnetInterface = /^tailscale/i;
const wslInterface = /^vEthernet \((?:WSL|Default Switch)/i;
const containerInterface =
  /^(?:docker|br-|veth|podman|cni|flannel|cali|lxc|lxd|virbr|vmnet|vboxnet|bridge\d)/i;

/**
 * Every address at which this relay can be reached, loopback first, then the best for other machines. A wildcard
 * bind has all addresses of the machine, any other just its own.
 */
export function reachableAddresses({
  bindHost,
  port,
  scheme,
  network = thisNetwork(),
}: ReachableOptions): Address[] {
  const found = isWildcard(bindHost) ? everyAddress(bindHost, network) : [boundAddress(bindHost, network)];
  const order = found
    .map((one) => ({ ...one, rank: preference.indexOf(one.kind) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ address, kind, label }) => ({
      address,
      url: `${scheme}://${urlHost(address)}:${port}`,
      kind,
      label,
    }));
  const best = order.find(({ kind }) => kind !== 'loopback');
  return order.map((one) => ({ ...one, recommended: one === best }));
}

function thisNetwork(): NetworkView {
  return {
    interfaces: networkInterfaces(),
    insideWsl: process.platform === 'linux' && /microsoft/i.test(release()),
    insideContainer: existsSync('/.dockerenv') || existsSync('/run/.containerenv'),
  };
}

interface Found {
  address: string;
  kind: AddressKind;
  label: string;
}

function everyAddress(bindHost: string, network: NetworkView): Found[] {
  const isDualStack = bindHost !== '0.0.0.0';
  const found: Found[] = [];
  for (const { name, address } of interfaceAddresses(network)) {
    if (linkLocal.check(address, familyOf(address)) || (!isDualStack && isIP(address) === 6)) continue;
    found.push(describe(address, name, network));
  }
  return found;
}

function boundAddress(bindHost: string, network: NetworkView): Found {
  const bare = bindHost.replace(/^\[(.*)\]$/, '$1');
  const address = normalizeAddress(bare);
  if (isLoopbackHost(bare)) return { address: address ?? bare, kind: 'loopback', label: 'this machine' };
  if (address === undefined) return { address: bare, kind: 'name', label: 'host name' };
  const owner = interfaceAddresses(network).find((one) => one.address === address);
  return describe(address, owner?.name ?? '', network);
}

function interfaceAddresses({ interfaces }: NetworkView): { name: string; address: string }[] {
  return Object.entries(interfaces).flatMap(([name, entries = []]) =>
    entries.flatMap((entry) => {
      const address = normalizeAddress(entry.address);
      return address === undefined ? [] : [{ name, address }];
    }),
  );
}

const labels: Readonly<Record<AddressKind, string>> = {
  loopback: 'this machine',
  tailnet: 'tailnet',
  lan: 'local network',
  public: 'public address',
  ipv6: 'IPv6',
  wsl: 'WSL, this computer only',
  container: 'container network',
  name: 'host name',
};

function describe(address: string, interfaceName: string, network: NetworkView): Found {
  const kind = kindOf(address, interfaceName, network);
  const where = kind === 'loopback' || interfaceName === '' ? '' : ` (${interfaceName})`;
  return { address, kind, label: `${labels[kind]}${where}` };
}

function kindOf(
  address: string,
  interfaceName: string,
  { insideWsl, insideContainer }: NetworkView,
): AddressKind {
  const family = familyOf(address);
  if (isLoopbackAddress(address)) return 'loopback';
  if (tailnet.check(address, family) || tailnetInterface.test(interfaceName)) return 'tailnet';
  if (wslInterface.test(interfaceName)) return 'wsl';
  if (insideContainer || containerInterface.test(interfaceName)) return 'container';
  if (family === 'ipv6') return 'ipv6';
  if (!privateNetworks.check(address, family)) return 'public';
  // In WSL's default mode the guest has an address behind the Windows host; in mirrored mode the host's own.
  return insideWsl && address.startsWith('172.') ? 'wsl' : 'lan';
}

function isWildcard(bindHost: string): boolean {
  return ['0.0.0.0', '::', '[::]', ''].includes(bindHost);
}
