import type { Database } from 'better-sqlite3';
import { accessFields, toAccess } from '../../../../src-shared/api/tokens.ts';
import { BridgeError } from '../../../../src-shared/bridge-error.ts';
import { validate } from '../../../../src-shared/validation.ts';
import type { NewToken, OldSharedToken, StoredToken, TokenStore, TokenUse } from '../../token-store.ts';
import type { Reader } from '../reading.ts';
import { type Outcome, Step } from '../outcome.ts';
import { prepareTokenStatements, type TokenRow, type TokenStatements } from './statements.ts';

/** Where the shared token before its last rotation is kept. */
const oldSharedKey = 'old_shared_token';

export interface SqliteTokensOptions {
  db: Database;
  reader: Reader;
  /** Runs a write in the next transaction. */
  push: <T>(write: Outcome<T>) => Promise<T>;
  /** Told of tokens that cannot be read and of listeners that failed. */
  onError: (error: unknown) => void;
}

/** The tokens of single machines in a table of the same file, and what is to be known of the shared one. */
export class SqliteTokens implements TokenStore {
  readonly #sql: TokenStatements;
  readonly #reader: Reader;
  readonly #push: <T>(write: Outcome<T>) => Promise<T>;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Set<() => void>();
  #revision: number | undefined;

  constructor({ db, reader, push, onError }: SqliteTokensOptions) {
    this.#sql = prepareTokenStatements(db);
    this.#reader = reader;
    this.#push = push;
    this.#onError = onError;
    this.#revision = this.#sql.revision.get();
  }

  async list(): Promise<StoredToken[]> {
    const rows = await this.#reader.read(() => this.#sql.all.all());
    return rows.flatMap((row) => this.#toToken(row) ?? []);
  }

  async add({ access, ...token }: NewToken): Promise<void> {
    const { labelKey, createdAt } = token;
    await this.#change(() => {
      this.#sql.removeExpired.run({ labelKey, now: createdAt });
      if (this.#sql.hasLabel.get(labelKey) !== undefined) {
        throw new BridgeError('conflict', `there is a token with the label ${token.label} already`, {
          field: 'label',
        });
      }
      this.#sql.insert.run({ ...token, access: JSON.stringify(access) });
    });
  }

  remove(id: string): Promise<boolean> {
    return this.#change(() => this.#sql.remove.run(id).changes > 0);
  }

  rotate(rotation: { id: string; digest: Uint8Array; oldUntil: string }): Promise<boolean> {
    return this.#change(() => this.#sql.rotate.run(rotation).changes > 0);
  }

  noteUses(uses: readonly TokenUse[]): Promise<void> {
    return this.#push(
      new Step(() => {
        for (const { id, at, address } of uses) this.#sql.noteUse.run({ id, at, address });
      }),
    );
  }

  async oldShared(): Promise<OldSharedToken | undefined> {
    const kept = await this.#reader.read(() => this.#sql.state.get(oldSharedKey));
    if (kept === undefined) return undefined;
    const { digest, successor, until } = JSON.parse(kept) as Record<keyof OldSharedToken, string>;
    return { digest: Buffer.from(digest, 'hex'), successor: Buffer.from(successor, 'hex'), until };
  }

  async keepOldShared({ digest, successor, until }: OldSharedToken): Promise<void> {
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    const kept = JSON.stringify({ digest: hex(digest), successor: hex(successor), until });
    await this.#push(new Step(() => this.#sql.setState.run(oldSharedKey, kept)));
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Looks whether tokens have changed, and says so. To be called whenever others may have committed something. */
  look(): void {
    try {
      const revision = this.#sql.revision.get();
      if (revision === this.#revision) return;
      this.#revision = revision;
      for (const listener of this.#listeners) listener();
    } catch (error) {
      // Another process recovers or closes the file, or it is in trouble: the next look tries again.
      this.#onError(error);
    }
  }

  stop(): void {
    this.#listeners.clear();
  }

  async #change<T>(write: () => T): Promise<T> {
    const outcome = await this.#push(new Step(write));
    this.look();
    return outcome;
  }

  /** A token whose rights were made unreadable by hand is none: it must not have more of them than it was given. */
  #toToken(row: TokenRow): StoredToken | undefined {
    try {
      const access = toAccess(validate(accessFields, JSON.parse(row.access)));
      return {
        id: row.id,
        label: row.label,
        access,
        digest: row.digest,
        oldDigest: row.old_digest,
        oldUntil: row.old_until,
        createdAt: row.created_at,
        expiresAt: row.expires_at,
        lastUsedAt: row.last_used_at,
        lastAddress: row.last_address,
      };
    } catch (error) {
      this.#onError(error);
      return undefined;
    }
  }
}
