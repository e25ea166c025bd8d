import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Access } from '../../src-shared/access.ts';
import type { PairingBody } from '../../src-shared/api/pairings.ts';
import { pairingAlphabet, pairingCodeLength } from '../../src-shared/pairing-code.ts';
import { formatTimestamp } from '../../src-shared/time.ts';
import { digestOf } from './machine-secret.ts';

/** Slips that are allowed with one code. */
const maxWrongTries = 5;

export interface PairingDraft {
  /** What the machine is called unless it has a name of its own. */
  label: string | undefined;
  access: Access;
  /** How long its token lasts; without it for ever. */
  tokenLifeSeconds: number | undefined;
  /** The label of the administrator's credential. */
  by: string;
}

/** A one-time code, of which the digest is kept, and what it stands for. */
export class Pairing {
  readonly id = randomBytes(6).toString('hex');
  readonly draft: PairingDraft;
  readonly #digest: Buffer;
  readonly #firstHalf: Buffer;
  readonly #createdAt = Date.now();
  readonly #expiresAt: number;
  /** By the monotonic clock, in ms: setting the time of day prolongs nothing. */
  readonly #deadline: number;
  #taken = false;
  #wrongTries = 0;
  #redeemed: PairingBody['redeemed'] = null;

  constructor(code: string, lifeMs: number, draft: PairingDraft) {
    this.draft = draft;
    this.#digest = digestOf(code);
    this.#firstHalf = digestOf(firstHalfOf(code));
    this.#expiresAt = this.#createdAt + lifeMs;
    this.#deadline = performance.now() + lifeMs;
  }

  get state(): PairingBody['state'] {
    if (this.#redeemed) return 'redeemed';
    if (this.#wrongTries >= maxWrongTries) return 'ended';
    return performance.now() < this.#deadline ? 'open' : 'expired';
  }

  /** Milliseconds since it was of use to anybody; negative before. */
  get pastMs(): number {
    return performance.now() - this.#deadline;
  }

  /** Whether this is its code and counts. Takes the same time whatever the digest is. */
  opensWith(digest: Uint8Array): boolean {
    const isCode = timingSafeEqual(digest, this.#digest);
    return isCode && !this.#taken && this.state === 'open';
  }

  /**
   * Counts a wrong code that begins like this one: a slip of whoever has it. Five of them end it. Whoever does not know
   * its first half cannot end it, however often they guess.
   * @param firstHalf digest of the first half of what somebody came with
   */
  countIfMeant(firstHalf: Uint8Array): void {
    if (timingSafeEqual(firstHalf, this.#firstHalf) && this.state === 'open') this.#wrongTries++;
  }

  /** Somebody has come with the code: nobody else may. */
  take(): void {
    this.#taken = true;
  }

  /** It came to nothing, so the code counts again. */
  giveBack(): void {
    this.#taken = false;
  }

  becomes(redeemed: { token_id: string; label: string; address: string }): void {
    this.#redeemed = { at: formatTimestamp(Date.now()), ...redeemed };
  }

  get body(): PairingBody {
    const { label, access, tokenLifeSeconds } = this.draft;
    return {
      id: this.id,
      label: label ?? null,
      ...access,
      token_expires_in_seconds: tokenLifeSeconds ?? null,
      created_at: formatTimestamp(this.#createdAt),
      expires_at: formatTimestamp(this.#expiresAt),
      state: this.state,
      wrong_tries: this.#wrongTries,
      redeemed: this.#redeemed,
    };
  }
}

/** The part by which a wrong code tells which one was meant. */
export function firstHalfOf(code: string): string {
  return code.slice(0, pairingCodeLength / 2);
}

/** A new code: 40 random bits. */
export function generatePairingCode(): string {
  const bits = pairingAlphabet.length;
  return Array.from(randomBytes(pairingCodeLength), (byte) => pairingAlphabet[byte % bits]).join('');
}
