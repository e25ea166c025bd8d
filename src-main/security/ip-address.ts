import { isIP, SocketAddress } from 'node:net';

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;

/**
 * An IP address in the one spelling that is compared and shown: shortest form, lower case, no zone, and an IPv4
 * address that a dual-stack socket reports as `::ffff:…` as IPv4. Undefined for anything else.
 */
export function normalizeAddress(text: string): string | undefined {
  const zone = text.indexOf('%');
  const address = zone < 0 ? text : text.slice(0, zone);
  const version = isIP(address);
  if (version === 4) return zone < 0 ? address : undefined;
  if (version === 0) return undefined;
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address;
  return mapped.exec(canonical)?.[1] ?? canonical;
}

/** Whether a normalised address stands for all of its family; that of IPv6 takes IPv4 as well. */
export function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

export function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

/**
 * The unit that one client can choose addresses from at will: an IPv4 address, an IPv6 network of 64 bits.
 * @param address a normalised address
 */
export function clientNetwork(address: string): string {
  if (familyOf(address) === 'ipv4') return address;
  return `${expand(address).slice(0, 4).join(':')}::/64`;
}

/** An address as it stands in a URL: IPv6 in brackets. */
export function urlHost(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}

/** The groups of a normalised IPv6 address, with those that `::` left out. */
function expand(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  if (tail === undefined) return groups(head);
  const before = groups(head);
  const after = groups(tail);
  return [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after];
}
