import { hash, timingSafeEqual } from 'node:crypto';
import { Admission } from './admission.ts';
import type { Principal } from './principal.ts';
import type { Rights } from './rights.ts';
import type { TokenUsage } from './token-usage.ts';

export interface MachineSecretOptions {
  label: string;
  rights: Rights;
  /** See `digestOf`. */
  digest: Uint8Array;
  /** Until when it counts, in ms since 1970; Infinity for as long as it is there. */
  until: number;
  /** Noted at each use. Both secrets of a token that is being rotated share it. */
  usage: TokenUsage;
}

/** By what a token is recognised: the digest of all of it, not only of its secret part. */
export function digestOf(token: string | Uint8Array): Buffer {
  return hash('sha256', token, 'buffer');
}

/**
 * One secret of a machine's token. What it has let in ends with it; a token that is being rotated has two, of which the
 * old one ends alone.
 */
export class MachineSecret extends Admission {
  readonly principal: Principal;
  readonly #digest: Uint8Array;
  readonly #usage: TokenUsage;
  until: number;

  constructor({ label, rights, digest, until, usage }: MachineSecretOptions) {
    super();
    this.principal = { kind: 'machine', label, rights, lease: this };
    this.#digest = digest;
    this.#usage = usage;
    this.until = until;
  }

  /** Takes the same time whatever `digest` is. */
  hasDigest(digest: Uint8Array): boolean {
    return timingSafeEqual(digest, this.#digest);
  }

  /** A request has come with it. */
  seen(address: string, userAgent?: string): void {
    this.#usage.seen(address, userAgent);
  }

  override use(cut: () => void): () => void {
    const over = super.use(cut);
    const notInUse = this.#usage.begin();
    return () => {
      over();
      notInUse();
    };
  }
}
