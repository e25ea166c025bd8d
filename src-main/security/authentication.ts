import { BridgeError } from '../../src-shared/bridge-error.ts';
import { admitWithoutToken } from './access-policy.ts';
import type { AuthThrottle } from './auth-throttle.ts';
import type { BrowserSessions } from './browser-sessions.ts';
import { readSessionCookie } from './cookies.ts';
import { EndedSession } from './ended-session.ts';
import type { Credentials } from './credentials.ts';
import { MachineSecret } from './machine-secret.ts';
import { principals, type Principal } from './principal.ts';

/** What a request says about who sent it. */
export interface Claim {
  authorization: string | undefined;
  /** The decoded `?token=`, only for event streams. */
  queryToken?: string | undefined;
  /** The Cookie header. */
  cookie?: string | undefined;
  /** The socket's peer, which decides what comes in without a token. */
  peerAddress: string | undefined;
  /** The client behind trusted proxies (see `clientAddress`), whose failures are counted. */
  clientAddress: string;
  /** What the program calls itself. */
  userAgent?: string | undefined;
  /** See `hasForwardingHeaders`. */
  hasForwardingHeaders: boolean;
}

export interface AuthenticationOptions {
  credentials: Credentials;
  throttle: AuthThrottle;
  /** Without them no cookie counts. */
  sessions?: BrowserSessions;
  allowUnauthenticatedNetwork: () => boolean;
}

/** Turns a request's credential, or the lack of one, into a principal. */
export class Authentication {
  readonly #credentials: Credentials;
  readonly #throttle: AuthThrottle;
  readonly #sessions: BrowserSessions | undefined;
  readonly #allowUnauthenticatedNetwork: () => boolean;

  constructor({ credentials, throttle, sessions, allowUnauthenticatedNetwork }: AuthenticationOptions) {
    this.#credentials = credentials;
    this.#throttle = throttle;
    this.#sessions = sessions;
    this.#allowUnauthenticatedNetwork = allowUnauthenticatedNetwork;
  }

  /**
   * Who sent this request to a protected path (wire specification 7.1 to 7.3). A wrong token beats a good cookie. A
   * cookie that names no session counts as none, not as a guess: nobody can guess 256 bits, and a browser whose
   * session has ended goes on sending it. Only a guess is not answered at once: it is counted first.
   * @throws BridgeError `unauthorized` (answer with `challenge`), an EndedSession where it could not know; `too_many_attempts` after many wrong tokens,
   *   `unauthenticated_network` where no token is configured and the request is not from this machine
   */
  authenticate(claim: Claim): Principal | Promise<never> {
    const identity = this.#credentials.identify(claim.authorization, claim.queryToken);
    if (identity === 'local') return principals.local;
    if (typeof identity === 'object') {
      if (identity instanceof MachineSecret) identity.seen(claim.clientAddress, claim.userAgent);
      return identity.principal;
    }
    // A relay without a token lets clients in that still carry one from before, but not a machine whose own token has
    // ended: it would go on as somebody else, perhaps with more rights.
    if (!this.#credentials.shared.required && identity !== 'ended') return this.#admitWithoutToken(claim);
    if (identity !== 'absent') return this.#refuseGuess(claim);
    const principal = this.#bySession(claim);
    if (principal) return principal;
    throw unauthorized();
  }

  async #refuseGuess({ clientAddress }: Claim): Promise<never> {
    await this.#throttle.countFailure(clientAddress);
    throw unauthorized();
  }

  #bySession({ cookie, clientAddress }: Claim): Principal | undefined {
    const value = readSessionCookie(cookie);
    if (value === undefined || !this.#sessions) return undefined;
    const session = this.#sessions.find(value);
    if (!session && this.#sessions.isUnaware(value, clientAddress)) throw new EndedSession();
    return session?.principal;
  }

  #admitWithoutToken({ peerAddress, hasForwardingHeaders }: Claim): Principal {
    const allowUnauthenticatedNetwork = this.#allowUnauthenticatedNetwork();
    const admission = admitWithoutToken({ peerAddress, hasForwardingHeaders, allowUnauthenticatedNetwork });
    if (admission !== 'refused') return this.#credentials.shared.door[admission];
    const sentence = 'this relay has no token, so it answers only direct requests from its own machine';
    throw new BridgeError('unauthenticated_network', `${sentence}; start it with a token`);
  }
}

function unauthorized(): BridgeError {
  // Scripts compare this word.
  return new BridgeError('unauthorized', 'unauthorized');
}
