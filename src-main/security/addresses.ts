import { BlockList, isIP } from 'node:net';
import type { RelayAddress } from '../../src-shared/api/addresses.ts';
import { isLoopbackAddress } from './access-policy.ts';
import { familyOf, isWildcard, normalizeAddress, urlHost } from './ip-address.ts';
import { type NetworkView, thisNetwork } from './network-view.ts';

export interface ListedRelay {
  /** What the relay was told to bind: an address or a name. */
  bindHost: string;
  /** The addresses that it has bound, as the sockets say. */
  boundAddresses: readonly string[];
  port: number;
  scheme: 'http' | 'https';
  /** Whether a request with this Host header gets in (wire specification 7.4). */
  accepts: (host: string) => boolean;
  network?: NetworkView;
}

/** What an address is good for, in more detail than clients are told. Best first, for other machines. */
const uses = ['loopback', 'tailnet', 'lan', 'name', 'public', 'ipv6', 'wsl', 'container'] as const;
type Use = (typeof uses)[number];

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
 * Every address of this machine, loopback first, then the best for other machines, and whether the relay can be
 * reached there. Link-local addresses are left out: they need a zone, which no client's configuration takes.
 */
export function listAddresses(relay: ListedRelay): RelayAddress[] {
  const network = relay.network ?? thisNetwork();
  const addresses = candidates(relay, network)
    .map((found) => ({ found, rank: uses.indexOf(found.use) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ found }) => describe(found, relay, network));
  const best = addresses.find(
    ({ kind, listening, accepted }) => kind !== 'loopback' && listening && accepted,
  );
  if (best) best.recommended = true;
  return addresses;
}

interface Candidate {
  /** An IP address in its shortest form, or a name. */
  host: string;
  use: Use;
  interfaceName: string;
}

function candidates({ bindHost, boundAddresses }: ListedRelay, network: NetworkView): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const [interfaceName, entries = []] of Object.entries(network.interfaces)) {
    for (const entry of entries) {
      const host = normalizeAddress(entry.address);
      if (host === undefined || linkLocal.check(host, familyOf(host))) continue;
      found.set(host, { host, use: useOf(host, interfaceName, network), interfaceName });
    }
  }
  for (const address of boundAddresses) {
    const bound = normalizeAddress(address);
    if (bound !== undefined && !isWildcard(bound) && !found.has(bound)) {
      found.set(bound, { host: bound, use: useOf(bound, '', network), interfaceName: '' });
    }
  }
  if (isName(bindHost)) found.set(bindHost, { host: bindHost, use: 'name', interfaceName: '' });
  return [...found.values()];
}

/** A name that others may know. */
function isName(bindHost: string): boolean {
  const bare = bindHost.replace(/^\[(.*)\]$/, '$1');
  return bare !== '' && bare.toLowerCase() !== 'localhost' && normalizeAddress(bare) === undefined;
}

function useOf(address: string, interfaceName: string, { insideWsl, insideContainer }: NetworkView): Use {
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

const kinds: Readonly<Record<Use, RelayAddress['kind']>> = {
  loopback: 'loopback',
  tailnet: 'tailnet',
  lan: 'lan',
  name: 'lan',
  public: 'lan',
  ipv6: 'ipv6',
  wsl: 'wsl',
  container: 'container',
};

function describe(
  { host, use, interfaceName }: Candidate,
  relay: ListedRelay,
  network: NetworkView,
): RelayAddress {
  const inUrl = urlHost(host);
  const where = use === 'loopback' || interfaceName === '' ? '' : ` (${interfaceName})`;
  return {
    url: `${relay.scheme}://${inUrl}:${relay.port}`,
    host,
    kind: kinds[use],
    label: `${labelOf(use, network)}${where}`,
    listening: relay.boundAddresses.some((bound) => isListening(host, bound)),
    accepted: relay.accepts(inUrl),
    recommended: false,
  };
}

function labelOf(use: Use, { insideWsl, insideContainer }: NetworkView): string {
  switch (use) {
    case 'loopback':
      return 'this machine';
    case 'tailnet':
      return 'tailnet';
    case 'lan':
      return 'local network';
    case 'name':
      return 'host name';
    case 'public':
      return 'public address';
    case 'ipv6':
      return 'IPv6';
    case 'wsl':
      return insideWsl ? 'this WSL guest, for its Windows host' : 'for WSL on this machine';
    case 'container':
      return insideContainer ? 'this container, for its host' : 'for containers on this machine';
  }
}

/** A wildcard of IPv6 takes IPv4 as well. A name was bound to whatever it led to. */
function isListening(host: string, boundAddress: string): boolean {
  const bound = normalizeAddress(boundAddress);
  if (bound === '::' || host === bound || isIP(host) === 0) return true;
  return bound === '0.0.0.0' && isIP(host) === 4;
}
