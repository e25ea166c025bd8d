import { isWildcard, normalizeAddress } from './ip-address.ts';

/** Whether a socket's peer is on this machine: 127.0.0.0/8, ::1, and IPv4 in IPv6 clothes. */
export function isLoopbackAddress(address: string | undefined): boolean {
  const normal = address === undefined ? undefined : normalizeAddress(address);
  // Normalised, both have one spelling; a list of networks takes longer to ask, and each request asks.
  return normal === '::1' || normal?.startsWith('127.') === true;
}

/** Whether a relay that binds `bindHost` can be reached from this machine only. */
export function isLoopbackHost(bindHost: string): boolean {
  if (bindHost.toLowerCase() === 'localhost') return true;
  const bracketed = /^\[(.*)\]$/.exec(bindHost);
  return isLoopbackAddress(bracketed?.[1] ?? bindHost);
}

/**
 * The loopback addresses at which a relay is found, too, that listens on this one address: of both families, for programs are set
 * up with the one or the other, and `localhost` leads to either. The best known comes first. None where the address is on
 * loopback itself or stands for all, and for a name, of which that cannot be told.
 */
export function loopbacksBeside(address: string): readonly string[] {
  const normal = normalizeAddress(address);
  if (normal === undefined || isWildcard(normal) || isLoopbackAddress(normal)) return [];
  return ['127.0.0.1', '::1'];
}

/** A request that brought no token, to a relay that has none configured. */
export interface TokenlessRequest {
  /** The socket's peer. Absent once the socket is gone, and then not trusted. */
  peerAddress: string | undefined;
  /** See `hasForwardingHeaders`. */
  hasForwardingHeaders: boolean;
  allowUnauthenticatedNetwork: boolean;
}

/**
 * May this request come in without a token (wire specification 7.2)? A request that carries a forwarding header
 * came through a proxy: that the proxy is local says nothing about who sent it.
 */
export function admitWithoutToken(request: TokenlessRequest): 'loopback' | 'network' | 'refused' {
  if (isLoopbackAddress(request.peerAddress) && !request.hasForwardingHeaders) return 'loopback';
  return request.allowUnauthenticatedNetwork ? 'network' : 'refused';
}

/**
 * The same question asked before the port is bound: would requests that `bindHost` lets in be refused for want of
 * a token? Then one must be configured or generated first.
 */
export function bindNeedsToken(bindHost: string, allowUnauthenticatedNetwork: boolean): boolean {
  return !isLoopbackHost(bindHost) && !allowUnauthenticatedNetwork;
}
