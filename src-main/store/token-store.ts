import type { Access } from '../../src-shared/access.ts';

/**
 * The port behind which the tokens of single machines are kept: never a secret itself, only its digest. Every process
 * on the same data sees the same tokens. All methods reject with a `BridgeError` of a `storage_*` code when the engine
 * cannot keep its promise.
 */
export interface TokenStore {
  /** All, expired ones too, oldest first. */
  list(): Promise<StoredToken[]>;

  /**
   * Keeps a new token. One with the same label gives way if it has expired.
   * @throws BridgeError `conflict` if it has not
   */
  add(token: NewToken): Promise<void>;

  /** Resolves with whether there was such a token. */
  remove(id: string): Promise<boolean>;

  /** Gives a token another secret; the one it has had counts until `oldUntil`. Resolves with whether there is such a token. */
  rotate(rotation: { id: string; digest: Uint8Array; oldUntil: string }): Promise<boolean>;

  /** Notes when tokens were used last. What another process has noted later stays. */
  noteUses(uses: readonly TokenUse[]): Promise<void>;

  /** The shared token before its last rotation, as `keepOldShared` has kept it. */
  oldShared(): Promise<OldSharedToken | undefined>;

  keepOldShared(token: OldSharedToken): Promise<void>;

  /** Calls `listener` when tokens have changed, here or in another process. Returns the function that ends it. */
  watch(listener: () => void): () => void;
}

/** The shared token before a rotation. Both digests are SHA-256 of the whole token. */
export interface OldSharedToken {
  digest: Uint8Array;
  /** Of the token that took its place: it counts only beside that. */
  successor: Uint8Array;
  until: string;
}

export interface NewToken {
  id: string;
  label: string;
  /** The same for labels that people would take for one. */
  labelKey: string;
  access: Access;
  /** SHA-256 of the whole token. */
  digest: Uint8Array;
  createdAt: string;
  /** Null for never. */
  expiresAt: string | null;
}

export interface StoredToken extends Omit<NewToken, 'labelKey'> {
  /** The digest before the last rotation, and until when it counts. */
  oldDigest: Uint8Array | null;
  oldUntil: string | null;
  lastUsedAt: string | null;
  lastAddress: string | null;
}

export interface TokenUse {
  id: string;
  at: string;
  address: string;
}
