/** `GET /api/addresses`: loopback first, then the best for other machines. */
export interface AddressesResponse {
  addresses: RelayAddress[];
}

/** One way to reach a relay, whether or not it can be taken as the relay runs now. */
export interface RelayAddress {
  /** Without a path and a slash at the end. */
  url: string;
  /** An IP address, IPv6 without brackets, or a name. */
  host: string;
  kind: 'loopback' | 'lan' | 'tailnet' | 'ipv6' | 'wsl' | 'container';
  /** For people, for example "tailnet (tailscale0)". */
  label: string;
  /** The relay is bound to it. */
  listening: boolean;
  /** The relay answers requests that name it as their host. */
  accepted: boolean;
  /** The best one to give to another machine; at most one is. */
  recommended: boolean;
}
