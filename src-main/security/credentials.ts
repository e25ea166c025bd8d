import { timingSafeEqual } from 'node:crypto';
import { digestOf, type MachineSecret } from './machine-secret.ts';
import type { MachineTokens } from './machine-tokens.ts';
import type { SharedSecret } from './shared-secret.ts';
import type { SharedTokens } from './shared-tokens.ts';

/**
 * What a request's credential turned out to be. `absent`: it brought none that could be compared. `ended`: a token of a
 * machine that no longer counts, or never did.
 */
export type Identity = SharedSecret | 'local' | MachineSecret | 'ended' | 'wrong' | 'absent';

/** The value of `WWW-Authenticate` on every 401. */
export const challenge = 'Bearer realm="claude-bridge"';

/** The scheme word in any case and then anything, so that a malformed Bearer header is wrong, not absent. */
const bearerScheme = /^bearer(?![^ \t])/i;

export interface CredentialsOptions {
  shared: SharedTokens;
  /** The token that this start of the relay wrote to its runtime file. */
  localToken?: string | undefined;
  machineTokens?: Pick<MachineTokens, 'identify'> | undefined;
}

/**
 * The tokens of this relay. Only their digests are kept, and digests are what is compared: they have one length,
 * so the comparison takes the same time whatever was sent.
 */
export class Credentials {
  readonly #shared: SharedTokens;
  readonly #localToken: Buffer | undefined;
  readonly #machineTokens: CredentialsOptions['machineTokens'];

  constructor({ shared, localToken, machineTokens }: CredentialsOptions) {
    this.#shared = shared;
    this.#machineTokens = machineTokens;
    this.#localToken = digestOfToken(localToken);
  }

  get shared(): SharedTokens {
    return this.#shared;
  }

  /**
   * Identifies the holder of a credential (wire specification 7.1): the word Bearer in any case, exactly one blank,
   * the token. A wrong Bearer header is final; without one the query token counts.
   * @param authorization the header as Node delivers it, one character for each byte
   * @param queryToken the decoded `?token=`; passed only for event streams, whose clients in browsers cannot set a header
   */
  identify(authorization: string | undefined, queryToken?: string): Identity {
    if (authorization !== undefined && bearerScheme.test(authorization)) {
      if (authorization.charAt('bearer'.length) !== ' ') return 'wrong';
      // Clients send a token's UTF-8 bytes, and a header reaches us as Latin-1: compare bytes, not text.
      return this.#compare(Buffer.from(authorization.slice('bearer '.length), 'latin1'));
    }
    if (queryToken === undefined || queryToken === '') return 'absent';
    return this.#compare(Buffer.from(queryToken, 'utf8'));
  }

  #compare(presented: Buffer): Identity {
    const digest = digestOf(presented);
    const shared = this.#shared.find(digest);
    const isLocalToken = this.#localToken !== undefined && timingSafeEqual(digest, this.#localToken);
    if (shared) return shared;
    if (isLocalToken) return 'local';
    return this.#machineTokens?.identify(presented, digest) ?? 'wrong';
  }
}

function digestOfToken(token: string | undefined): Buffer | undefined {
  return token === undefined || token === '' ? undefined : digestOf(token);
}
