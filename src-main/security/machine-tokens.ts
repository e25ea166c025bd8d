import { randomBytes } from 'node:crypto';
import type { Access } from '../../src-shared/access.ts';
import { labelKey, type TokenBody, type TokenResponse } from '../../src-shared/api/tokens.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { formatTimestamp, longestTimerMs } from '../../src-shared/time.ts';
import type { StoredToken, TokenStore } from '../store/token-store.ts';
import { digestOf, type MachineSecret } from './machine-secret.ts';
import { MachineToken, toBody } from './machine-token.ts';
import { isReservedLabel } from './principal.ts';
import { generateSecret } from './token-file.ts';

/** How a machine's token looks: its public id in hexadecimal, then its secret. */
const form = /^cb_([0-9a-f]{12})_[\w-]{43}$/;

/** How long uses are gathered before they are written, in ms: the store must not be written at each request. */
const noteAfterMs = 30_000;

/** When reading the tokens has failed, it is tried again after this time, in ms: a revocation must not go unnoticed. */
const retryAfterMs = 200;

export interface MachineTokensOptions {
  store: TokenStore;
  /** Told when something beside an answer failed; it is tried again. */
  onError: (error: unknown) => void;
}

export interface TokenDraft {
  label: string;
  access: Access;
  /** Without it the token does not expire. */
  expiresInSeconds?: number | undefined;
}

/**
 * The tokens of single machines (wire specification 7.10). They lie in the store, so that every process on the same
 * file knows them, and all that count are kept in memory, so that no request has to ask for them. What another process
 * changes is taken over as soon as the store notices it.
 */
export class MachineTokens {
  readonly #store: TokenStore;
  readonly #onError: (error: unknown) => void;
  readonly #tokens = new Map<string, MachineToken>();
  /** Used since uses were written last. */
  readonly #used = new Set<string>();
  readonly #unwatch: () => void;
  #reading: Promise<void> = Promise.resolve();
  #noting: NodeJS.Timeout | undefined;
  #expiry: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ store, onError }: MachineTokensOptions) {
    this.#store = store;
    this.#onError = onError;
    this.#unwatch = store.watch(() => void this.#refresh());
  }

  /** Reads the tokens. Until then nobody has one. @throws BridgeError `storage_*` */
  load(): Promise<void> {
    return this.#read();
  }

  /**
   * Whose token this is. `ended`: it has the form of a machine's token and is none that counts, any more or ever.
   * @param digest see `digestOf`
   */
  identify(presented: Buffer, digest: Uint8Array): MachineSecret | 'ended' | undefined {
    const id = form.exec(presented.toString('latin1'))?.[1];
    return id === undefined ? undefined : (this.#tokens.get(id)?.find(digest) ?? 'ended');
  }

  /** All, expired ones too, oldest first. */
  async list(): Promise<TokenBody[]> {
    const stored = await this.#store.list();
    return stored.map((one) => toBody(one, this.#tokens.get(one.id)?.usage));
  }

  /**
   * Makes a token. The answer is the only place where it is ever to be seen.
   * @throws BridgeError `invalid_value` for a label that stands for something else, `conflict` for one that is taken
   */
  async create({ label, access, expiresInSeconds }: TokenDraft): Promise<TokenResponse> {
    if (isReservedLabel(label)) {
      throw new BridgeError('invalid_value', 'label is a name that the relay itself uses', {
        field: 'label',
      });
    }
    const { id, token } = makeToken();
    const now = Date.now();
    const made = {
      ...{ id, label, access, digest: digestOf(token), createdAt: formatTimestamp(now) },
      expiresAt: expiresInSeconds === undefined ? null : formatTimestamp(now + expiresInSeconds * 1000),
    };
    await this.#store.add({ ...made, labelKey: labelKey(label) });
    await this.#refresh();
    const neverUsed = { oldDigest: null, oldUntil: null, lastUsedAt: null, lastAddress: null };
    return { ...toBody({ ...made, ...neverUsed }, undefined), token };
  }

  /** Ends a token and everything that it has let in. @throws BridgeError `not_found` */
  async revoke(id: string): Promise<TokenBody> {
    const token = await this.#find(id);
    if (!(await this.#store.remove(id))) throw notFound();
    await this.#refresh();
    return toBody(token, undefined);
  }

  /** Gives a token another secret; the one it has counts for some seconds more. @throws BridgeError `not_found` */
  async rotate(id: string, graceSeconds: number): Promise<TokenResponse> {
    const { token } = makeToken(id);
    const oldUntil = formatTimestamp(Date.now() + graceSeconds * 1000);
    if (!(await this.#store.rotate({ id, digest: digestOf(token), oldUntil }))) throw notFound();
    await this.#refresh();
    return { ...toBody(await this.#find(id), this.#tokens.get(id)?.usage), token };
  }

  /** Writes what is to be noted. Tokens end with the process, and what is open with them by other means. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unwatch();
    clearTimeout(this.#expiry);
    clearTimeout(this.#retry);
    await this.#noteUses();
  }

  async #find(id: string): Promise<StoredToken> {
    const token = (await this.#store.list()).find((one) => one.id === id);
    if (!token) throw notFound();
    return token;
  }

  /** Takes over what the store holds at this moment or later. Never rejects: what fails is tried again. */
  #refresh(): Promise<void> {
    this.#reading = this.#reading
      .then(() => this.#read())
      .catch((error: unknown) => {
        if (this.#closed) return;
        this.#onError(error);
        clearTimeout(this.#retry);
        this.#retry = setTimeout(() => void this.#refresh(), retryAfterMs).unref();
      });
    return this.#reading;
  }

  async #read(): Promise<void> {
    const stored = await this.#store.list();
    const gone = new Set(this.#tokens.keys());
    for (const one of stored) {
      gone.delete(one.id);
      const known = this.#tokens.get(one.id);
      if (known) known.take(one);
      else this.#tokens.set(one.id, new MachineToken(one, () => this.#note(one.id)));
    }
    for (const id of gone) {
      this.#tokens.get(id)?.end();
      this.#tokens.delete(id);
    }
    this.#awaitExpiry();
  }

  /** What is open with a token ends when its time is up, not only at the next request. */
  #awaitExpiry(): void {
    clearTimeout(this.#expiry);
    if (this.#closed) return;
    const next = Math.min(...Array.from(this.#tokens.values(), ({ nextEnd }) => nextEnd));
    if (next === Infinity) return;
    const wait = Math.min(Math.max(0, next - Date.now()), longestTimerMs);
    this.#expiry = setTimeout(() => {
      for (const token of this.#tokens.values()) token.endExpired();
      this.#awaitExpiry();
    }, wait).unref();
  }

  #note(id: string): void {
    if (this.#closed) return;
    this.#used.add(id);
    this.#noting ??= setTimeout(() => void this.#noteUses(), noteAfterMs).unref();
  }

  async #noteUses(): Promise<void> {
    clearTimeout(this.#noting);
    this.#noting = undefined;
    const uses = [...this.#used].flatMap((id) => {
      const { lastUsedAt, lastAddress = '' } = this.#tokens.get(id)?.usage ?? {};
      return lastUsedAt === undefined ? [] : { id, at: formatTimestamp(lastUsedAt), address: lastAddress };
    });
    this.#used.clear();
    if (uses.length > 0) await this.#store.noteUses(uses).catch(this.#onError);
  }
}

function makeToken(id = randomBytes(6).toString('hex')): { id: string; token: string } {
  return { id, token: `cb_${id}_${generateSecret()}` };
}

function notFound(): BridgeError {
  return new BridgeError('not_found', 'there is no such token', { field: 'id' });
}
