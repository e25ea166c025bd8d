import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { familyOf, normalizeAddress } from './ip-address.ts';
import { fault } from './text-file.ts';

/** The addresses whose word about the client and the scheme is believed. None by default. */
export interface TrustedProxies {
  has(address: string | undefined): boolean;
}

/** Headers by which a proxy gives itself away (wire specification 7.2). */
const forwardingHeaders = ['x-forwarded-for', 'x-real-ip', 'forwarded'] as const;

export function hasForwardingHeaders(headers: IncomingHttpHeaders): boolean {
  return forwardingHeaders.some((name) => headers[name] !== undefined);
}

/**
 * The proxies of the setting `trustedProxies`: addresses (`10.0.0.5`, `::1`) and networks (`10.0.0.0/8`).
 * @throws BridgeError `invalid_value` naming the first entry that is neither
 */
export function parseTrustedProxies(entries: readonly string[]): TrustedProxies {
  if (entries.length === 0) return { has: () => false };
  const list = new BlockList();
  for (const entry of entries) addProxy(list, entry);
  return {
    has(address) {
      const normal = address === undefined ? undefined : normalizeAddress(address);
      return normal !== undefined && list.check(normal, familyOf(normal));
    },
  };
}

export interface ForwardedRequest {
  /** The socket's peer. */
  peerAddress: string | undefined;
  headers: IncomingHttpHeaders;
  trustedProxies: TrustedProxies;
}

/**
 * The address of the client, for the log, the audit and the brake: the right-most hop that is not a trusted proxy.
 * What stands further left was written by that hop, which can claim anything.
 * @returns a normalised address; `unknown` if the socket is gone
 */
export function clientAddress({ peerAddress, headers, trustedProxies }: ForwardedRequest): string {
  let client = (peerAddress === undefined ? undefined : normalizeAddress(peerAddress)) ?? 'unknown';
  if (!trustedProxies.has(client)) return client;
  const hops = listOf(headers['x-forwarded-for']);
  while (trustedProxies.has(client)) {
    const hop = hops.pop();
    const address = hop === undefined ? undefined : addressOfHop(hop);
    if (address === undefined) break;
    client = address;
  }
  return client;
}

/**
 * The scheme that the client used: what the nearest trusted proxy says, else what this socket is.
 * @param encrypted whether the socket speaks TLS
 */
export function requestScheme({
  encrypted,
  peerAddress,
  headers,
  trustedProxies,
}: ForwardedRequest & { encrypted: boolean }): 'http' | 'https' {
  const own = encrypted ? 'https' : 'http';
  if (!trustedProxies.has(peerAddress)) return own;
  const said = listOf(headers['x-forwarded-proto']).pop()?.toLowerCase();
  return said === 'http' || said === 'https' ? said : own;
}

function addProxy(list: BlockList, entry: string): void {
  const [network = '', length, ...rest] = entry.trim().split('/');
  const address = normalizeAddress(network);
  const written = isIP(network) === 6 ? 128 : 32;
  if (address === undefined || network.includes('%') || rest.length > 0 || !isPrefixLength(length, written)) {
    throw fault(
      `the trusted proxy "${entry}" is not an IP address or network such as 10.0.0.5 or 10.0.0.0/8`,
      'trustedProxies',
    );
  }
  if (length === undefined) {
    list.addAddress(address, familyOf(address));
    return;
  }
  // A network that was written as IPv4 in IPv6 clothes counts 96 bits that its IPv4 form does not have.
  const bits = Number(length) - (written === 128 && familyOf(address) === 'ipv4' ? 96 : 0);
  if (bits < 0) list.addSubnet(network, Number(length), 'ipv6');
  else list.addSubnet(address, bits, familyOf(address));
}

function isPrefixLength(length: string | undefined, max: number): boolean {
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= max);
}

function listOf(header: string | string[] | undefined): string[] {
  if (header === undefined) return [];
  const text = typeof header === 'string' ? header : header.join(',');
  return text.split(',').map((item) => item.trim());
}

/** `192.0.2.7`, `192.0.2.7:5678`, `2001:db8::7` or `[2001:db8::7]:5678`. */
function addressOfHop(hop: string): string | undefined {
  const withPort = /^\[([^\]]*)\](?::\d+)?$/.exec(hop) ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop);
  return normalizeAddress(withPort?.[1] ?? hop);
}
