import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import type { Actor } from '../relay/actor.ts';
import type { Principal } from '../security/principal.ts';

/** Who sent a JSON-RPC message: always by the credential of the request that carried it, never by its session. */
export interface Caller extends Pick<Actor, 'address' | 'transport'> {
  principal: Principal;
}

/** The form in which the SDK carries a caller from the transport to the handler of the call. */
export function toAuthInfo(caller: Caller): AuthInfo {
  return {
    // The credential was checked and left behind at the door.
    token: '',
    clientId: caller.principal.label,
    scopes: [...caller.principal.rights.access.rights],
    extra: { caller },
  };
}

export function toCaller(authInfo: AuthInfo): Caller {
  return authInfo.extra?.['caller'] as Caller;
}
