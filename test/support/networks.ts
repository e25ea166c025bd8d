import { networkInterfaces } from 'node:os';

/** Addresses of this machine beyond loopback, one of each family, for tests of a relay that listens there; undefined where there is none. */
export const networkAddress = { ipv4: find('IPv4'), ipv6: find('IPv6') };

/** Whether this machine has loopback by IPv6, which many containers do not. */
export const hasLoopback6 = Object.values(networkInterfaces())
  .flatMap((entries = []) => entries)
  .some(({ address }) => address === '::1');

function find(wanted: 'IPv4' | 'IPv6'): string | undefined {
  const addresses = Object.values(networkInterfaces()).flatMap((entries = []) => entries);
  // Link-local ones need a zone.
  return addresses.find(
    ({ family, internal, address }) => family === wanted && !internal && !/^(fe80|169\.254\.)/i.test(address),
  )?.address;
}
