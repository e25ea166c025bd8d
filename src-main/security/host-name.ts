import { domainToASCII } from 'node:url';
import { normalizeAddress } from './ip-address.ts';

/** RFC 9110 allows any registered name; letters, digits, hyphens, dots, and the underscores of container networks. */
const registeredName = /^[a-z\d_](?:[a-z\d_-]{0,62})(?:\.[a-z\d_](?:[a-z\d_-]{0,62}))*$/;

const withPort = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d{1,5}))?$/;

/**
 * The host that a Host header names, without port and trailing dot, in lower case, IPv6 without brackets and in its
 * shortest form. Undefined for a header that is malformed: user information, a path, a zone, a port out of range,
 * anything that is not ASCII.
 */
export function parseHost(header: string): string | undefined {
  if (header.length > 300) return undefined;
  // A bare IPv6 address, which some clients send although it needs brackets (wire specification 7.4).
  const bare = header.includes('::') || header.split(':').length > 2 ? parseAddress(header) : undefined;
  if (bare !== undefined) return bare;

  const [, host = '', port] = withPort.exec(header) ?? [];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return undefined;
  if (host.startsWith('[')) return parseAddress(host.slice(1, -1), 'IPv6 only');
  const name = host.toLowerCase().replace(/\.$/, '');
  return name.length <= 253 && registeredName.test(name) ? name : undefined;
}

/** The same for a name that an operator writes, who may use any alphabet. */
export function parseConfiguredHost(text: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- all of ASCII is meant
  return parseHost(/^[\u0000-\u007f]*$/.test(text) ? text : domainToASCII(text));
}

function parseAddress(text: string, versions?: 'IPv6 only'): string | undefined {
  if (text.includes('%') || (versions === 'IPv6 only' && !text.includes(':'))) return undefined;
  return normalizeAddress(text);
}
