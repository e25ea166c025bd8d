/** How a client is sure that the other end of a TLS connection is its relay. */
export type Trust =
  /** By an authority that the system knows, or that `NODE_EXTRA_CA_CERTS` adds. */
  | { kind: 'system' }
  /** By this authority alone. */
  | { kind: 'authority'; pem: string }
  /** By the certificate itself, whatever its name, dates and issuer. */
  | { kind: 'fingerprint'; fingerprint: string }
  /** By the machine: on loopback nobody stands in between, and self-signed certificates are usual. */
  | { kind: 'loopback' };

/**
 * A SHA-256 fingerprint as Node writes it, 32 bytes in hexadecimal with colons, from any of the ways in which people
 * copy one: with or without colons or blanks, in any case, with `sha256:` in front. Undefined if it is none.
 */
export function readFingerprint(text: string): string | undefined {
  const digits = text
    .trim()
    .replace(/^sha-?256(?: fingerprint)?[:=]/i, '')
    .replace(/[\s:]/g, '')
    .toUpperCase();
  if (!/^[\dA-F]{64}$/.test(digits)) return undefined;
  return (digits.match(/../g) ?? []).join(':');
}
