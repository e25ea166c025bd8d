import { formatTimestamp, longestTimerMs } from '../../src-shared/time.ts';
import type { TokenStore } from '../store/token-store.ts';
import { digestOf } from './machine-secret.ts';
import { OpenDoor, SharedSecret } from './shared-secret.ts';

export interface SharedTokensOptions {
  /** The shared token. An empty one counts as none (wire specification 1.4). */
  token: string | undefined;
  /** Keeps the digest of a token that still counts after a rotation. */
  store?: Pick<TokenStore, 'oldShared' | 'keepOldShared'>;
}

export interface Rotation {
  /** The new token. */
  token: string;
  /** For how long the one before still counts. */
  graceSeconds: number;
  /** Puts the new one where the next start will find it. */
  keep: () => void | Promise<void>;
}

/**
 * The one token that all share, for a while after a rotation also the one before, and how clients come in where there
 * is none. Whatever has let somebody in ends what they have open when it ends itself.
 */
export class SharedTokens {
  readonly #store: SharedTokensOptions['store'];
  #current: SharedSecret | undefined;
  #old: { secret: SharedSecret; until: number } | undefined;
  /** No longer asked for, since no token is needed; what it let in stays until one is needed again. */
  #unasked: SharedSecret | undefined;
  #door = new OpenDoor();
  #expiry: NodeJS.Timeout | undefined;

  constructor({ token, store }: SharedTokensOptions) {
    this.#store = store;
    this.#current = secretOf(token);
  }

  /** Learns of a rotation before the last start. @throws BridgeError `storage_*` */
  async load(): Promise<void> {
    const kept = await this.#store?.oldShared();
    // Another token may have been configured meanwhile: then nobody meant the one before to count beside it.
    if (!kept || this.#current?.hasDigest(kept.successor) !== true) return;
    this.#old = { secret: new SharedSecret(kept.digest), until: Date.parse(kept.until) };
    this.#awaitExpiry();
  }

  /** Whether there is one, so that requests to protected paths must bring a credential. */
  get required(): boolean {
    return this.#current !== undefined;
  }

  get door(): OpenDoor {
    return this.#door;
  }

  /** The secret with this digest. Takes the same time whatever it is. */
  find(digest: Uint8Array): SharedSecret | undefined {
    const isCurrent = this.#current?.hasDigest(digest) ?? false;
    const isOld = (this.#old?.secret.hasDigest(digest) ?? false) && Date.now() < (this.#old?.until ?? 0);
    if (isCurrent) return this.#current;
    return isOld ? this.#old?.secret : undefined;
  }

  /** Puts another token in place of the one in use, or none. The one before ends at once. */
  use(token: string | undefined): void {
    const next = secretOf(token);
    if (next ? this.#current?.hasDigest(next.digest) : !this.#current) return;
    this.#endOld();
    if (next) {
      this.shutDoor();
      this.#unasked?.end();
      this.#unasked = undefined;
      this.#current?.end();
    } else {
      this.#unasked = this.#current;
    }
    this.#current = next;
  }

  /** Ends what was let in without a token. Who may still come in that way comes again. */
  shutDoor(): void {
    this.#door.end();
    this.#door = new OpenDoor();
  }

  /**
   * Gives everybody another token. The one in use still counts for a while, also over a restart.
   * @returns until when it does, in ms since 1970
   * @throws what `keep` throws, and BridgeError `storage_*`; nothing has changed then
   */
  async rotate({ token, graceSeconds, keep }: Rotation): Promise<number> {
    const before = this.#current;
    const next = new SharedSecret(digestOf(token));
    const until = Date.now() + graceSeconds * 1000;
    if (before) {
      // First, so that no crash ends a token that was promised to count. Without its successor it means nothing.
      const digests = { digest: before.digest, successor: next.digest };
      await this.#store?.keepOldShared({ ...digests, until: formatTimestamp(until) });
    }
    await keep();
    this.#endOld();
    if (before) this.#old = { secret: before, until };
    this.#current = next;
    this.#awaitExpiry();
    return until;
  }

  close(): void {
    clearTimeout(this.#expiry);
  }

  #endOld(): void {
    clearTimeout(this.#expiry);
    this.#old?.secret.end();
    this.#old = undefined;
  }

  /** What is open with it ends when its time is up, not only at the next request. */
  #awaitExpiry(): void {
    clearTimeout(this.#expiry);
    if (!this.#old) return;
    const rest = this.#old.until - Date.now();
    if (rest <= 0) this.#endOld();
    else this.#expiry = setTimeout(() => this.#awaitExpiry(), Math.min(rest, longestTimerMs)).unref();
  }
}

function secretOf(token: string | undefined): SharedSecret | undefined {
  return token === undefined || token === '' ? undefined : new SharedSecret(digestOf(token));
}
