import { timingSafeEqual } from 'node:crypto';
import { digestOf, type MachineSecret } from './machine-secret.ts';
import type { MachineTokens } from './machine-tokens.ts';

/**
 * What a request's credential turned out to be. `absent`: it brought none that could be compared. `ended`: a token of a
 * machine that no longer counts, or never did.
 */
export type Identity = 'token' | 'local' | MachineSecret | 'ended' | 'wrong' | 'absent';

/** The value of `WWW-Authenticate` on every 401. */
export const challenge = 'Bearer realm="claude-bridge"';

/** The scheme word in any case and then anything, so that a malformed Bearer header is wrong, not absent. */
const bearerScheme = /^bearer(?![^ \t])/i;

export interface CredentialsOptions {
  /** The shared token. An empty one counts as not configured (wire specification 1.4). */
  token?: string | undefined;
  /** The token that this start of the relay wrote to its runtime file. */
  localToken?: string | undefined;
  machineTokens?: Pick<MachineTokens, 'identify'> | undefined;
}

/**
 * The tokens of this relay. Only their digests are kept, and digests are what is compared: they have one length,
 * so the comparison takes the same time whatever was sent.
 */
export class Credentials {
  #token: Buffer | undefined;
  readonly #localToken: Buffer | undefined;
  readonly #machineTokens: CredentialsOptions['machineTokens'];

  constructor({ token, localToken, machineTokens }: CredentialsOptions) {
    this.#machineTokens = machineTokens;
    this.#token = digestOfToken(token);
    this.#localToken = digestOfToken(localToken);
  }

  /** Puts another shared token in place of the one in use, or none. */
  useToken(token: string | undefined): void {
    this.#token = digestOfToken(token);
  }

  /** Whether a shared token is configured, so that requests to protected paths must bring a credential. */
  get tokenRequired(): boolean {
    return this.#token !== undefined;
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
    const isToken = this.#token !== undefined && timingSafeEqual(digest, this.#token);
    const isLocalToken = this.#localToken !== undefined && timingSafeEqual(digest, this.#localToken);
    if (isToken) return 'token';
    if (isLocalToken) return 'local';
    return this.#machineTokens?.identify(presented, digest) ?? 'wrong';
  }
}

function digestOfToken(token: string | undefined): Buffer | undefined {
  return token === undefined || token === '' ? undefined : digestOf(token);
}
