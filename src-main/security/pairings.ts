import { BridgeError } from '../../src-shared/bridge-error.ts';
import { showPairingCode } from '../../src-shared/pairing-code.ts';
import type { PairingBody } from '../../src-shared/api/pairings.ts';
import type { TokenResponse } from '../../src-shared/api/tokens.ts';
import { digestOf } from './machine-secret.ts';
import type { MachineTokens } from './machine-tokens.ts';
import { firstHalfOf, generatePairingCode, Pairing, type PairingDraft } from './pairing.ts';
import { PairingBrake } from './pairing-brake.ts';

/** Codes that may be open at once: each one more makes guessing easier. */
const maxOpen = 20;

/** How long those that are over are still listed, in ms, so that who made one learns what became of it. */
const rememberMs = 600_000;

export interface PairingsOptions {
  tokens: Pick<MachineTokens, 'create'>;
  /** How long a code counts; asked when one is made. */
  ttlSeconds: () => number;
}

/** A code with what somebody who came with it has got. */
export interface Redemption {
  pairing: Pairing;
  token: TokenResponse;
}

/**
 * One-time codes by which a machine gets a token of its own (wire specification 7.11). They are short, so that people can
 * pass them on, short-lived, and kept in memory only: a relay that starts anew knows none of them.
 */
export class Pairings {
  readonly #tokens: PairingsOptions['tokens'];
  readonly #ttlSeconds: () => number;
  readonly #brake = new PairingBrake();
  #pairings: Pairing[] = [];

  constructor({ tokens, ttlSeconds }: PairingsOptions) {
    this.#tokens = tokens;
    this.#ttlSeconds = ttlSeconds;
  }

  /** @throws BridgeError `too_many` */
  create(draft: PairingDraft): { pairing: Pairing; code: string } {
    this.#forgetOld();
    if (this.#pairings.filter(({ state }) => state === 'open').length >= maxOpen) {
      throw new BridgeError('too_many', `${maxOpen} pairing codes are open already; cancel one`);
    }
    const code = generatePairingCode();
    const pairing = new Pairing(code, this.#ttlSeconds() * 1000, draft);
    this.#pairings.push(pairing);
    return { pairing, code: showPairingCode(code) };
  }

  /** Oldest first. */
  list(): PairingBody[] {
    this.#forgetOld();
    return this.#pairings.map(({ body }) => body);
  }

  /** Takes back a code that is open. @throws BridgeError `not_found` */
  cancel(id: string): Pairing {
    const pairing = this.#pairings.find((one) => one.id === id && one.state === 'open');
    if (!pairing) throw new BridgeError('not_found', 'there is no such open pairing code', { field: 'id' });
    this.#pairings = this.#pairings.filter((one) => one !== pairing);
    return pairing;
  }

  /**
   * Exchanges a code for a token, once. A code whose machine cannot have its label stays open.
   * @param code see `readPairingCode`
   * @throws BridgeError `unauthorized` for a code that is wrong, used or expired, whichever; `too_many_attempts`;
   *   `required`, `conflict` or `invalid_value` for the label
   */
  async redeem(
    { code, label }: { code: string; label: string | undefined },
    address: string,
  ): Promise<Redemption> {
    await this.#brake.begin(address);
    const digest = digestOf(code);
    // All are compared, so that the time tells nothing about any.
    const [pairing] = this.#pairings.filter((one) => one.opensWith(digest));
    if (!pairing) {
      const firstHalf = digestOf(firstHalfOf(code));
      for (const one of this.#pairings) one.countIfMeant(firstHalf);
      throw new BridgeError('unauthorized', 'this pairing code is wrong, used or expired', { field: 'code' });
    }
    pairing.take();
    try {
      await this.#brake.succeeded(address);
      const token = await this.#tokens.create({
        label: label ?? pairing.draft.label ?? nameless(),
        access: pairing.draft.access,
        expiresInSeconds: pairing.draft.tokenLifeSeconds,
      });
      pairing.becomes({ token_id: token.id, label: token.label, address });
      return { pairing, token };
    } catch (error) {
      pairing.giveBack();
      throw error;
    }
  }

  #forgetOld(): void {
    this.#pairings = this.#pairings.filter(({ pastMs }) => pastMs < rememberMs);
  }
}

function nameless(): never {
  throw new BridgeError('required', 'label is required: what this machine is to be called', {
    field: 'label',
  });
}
