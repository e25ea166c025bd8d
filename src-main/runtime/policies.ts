import type { Settings } from '../../src-shared/settings.ts';
import { parseTrustedProxies, type TrustedProxies } from '../security/forwarded.ts';
import { HostPolicy } from '../security/host-policy.ts';
import { OriginPolicy } from '../security/origin-policy.ts';

/** Whom the relay answers to and believes, as the settings say. */
export interface Policies {
  host: HostPolicy;
  origin: OriginPolicy;
  proxies: TrustedProxies;
}

/** @throws BridgeError `invalid_value` for the first entry of a list that is none */
export function policiesOf({ host, trustedHosts, corsOrigins, trustedProxies }: Settings): Policies {
  return {
    host: new HostPolicy({ bindHost: host, trustedHosts }),
    origin: new OriginPolicy(corsOrigins),
    proxies: parseTrustedProxies(trustedProxies),
  };
}
