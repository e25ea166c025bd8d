import { BridgeError } from '../../src-shared/bridge-error.ts';
import { admitWithoutToken } from './access-policy.ts';
import type { AuthThrottle } from './auth-throttle.ts';
import type { Credentials } from './credentials.ts';
import { principals, type Principal } from './principal.ts';

/** What a request says about who sent it. */
export interface Claim {
  authorization: string | undefined;
  /** The decoded `?token=`, only for event streams. */
  queryToken?: string | undefined;
  /** The socket's peer, which decides what comes in without a token. */
  peerAddress: string | undefined;
  /** The client behind trusted proxies (see `clientAddress`), whose failures are counted. */
  clientAddress: string;
  /** See `hasForwardingHeaders`. */
  hasForwardingHeaders: boolean;
}

export interface AuthenticationOptions {
  credentials: Credentials;
  throttle: AuthThrottle;
  allowUnauthenticatedNetwork: boolean;
}

/** Turns a request's credential, or the lack of one, into a principal. */
export class Authentication {
  readonly #credentials: Credentials;
  readonly #throttle: AuthThrottle;
  readonly #allowUnauthenticatedNetwork: boolean;

  constructor({ credentials, throttle, allowUnauthenticatedNetwork }: AuthenticationOptions) {
    this.#credentials = credentials;
    this.#throttle = throttle;
    this.#allowUnauthenticatedNetwork = allowUnauthenticatedNetwork;
  }

  /**
   * Who sent this request to a protected path (wire specification 7.1, 7.2).
   * @throws BridgeError `unauthorized` (answer with `challenge`), `too_many_attempts` after many wrong tokens,
   *   `unauthenticated_network` where no token is configured and the request is not from this machine
   */
  async authenticate(claim: Claim): Promise<Principal> {
    const identity = this.#credentials.identify(claim.authorization, claim.queryToken);
    if (identity === 'token' || identity === 'local') return principals[identity];
    // A relay without a token lets clients in that still carry one from before.
    if (!this.#credentials.tokenRequired) return this.#admitWithoutToken(claim);
    if (identity === 'wrong') await this.#throttle.countFailure(claim.clientAddress);
    // Scripts compare this word.
    throw new BridgeError('unauthorized', 'unauthorized');
  }

  #admitWithoutToken({ peerAddress, hasForwardingHeaders }: Claim): Principal {
    const allowUnauthenticatedNetwork = this.#allowUnauthenticatedNetwork;
    const admission = admitWithoutToken({ peerAddress, hasForwardingHeaders, allowUnauthenticatedNetwork });
    if (admission !== 'refused') return principals[admission];
    const sentence = 'this relay has no token, so it answers only direct requests from its own machine';
    throw new BridgeError('unauthenticated_network', `${sentence}; start it with a token`);
  }
}
