import * as z from 'zod';
import type { Right } from '../../../src-shared/access.ts';
import type { RelayAddress } from '../../../src-shared/api/addresses.ts';
import type { PairingResponse } from '../../../src-shared/api/pairings.ts';
import { labelKey, machineLabel, type TokenResponse } from '../../../src-shared/api/tokens.ts';
import { BridgeError } from '../../../src-shared/bridge-error.ts';
import type { ApiClient } from '../../../src-shared/client/api-client.ts';
import type { ClientId } from '../../../src-shared/connect/client.ts';
import type { Shell } from '../../../src-shared/connect/shell.ts';
import { validate } from '../../../src-shared/validation.ts';
import { sentenceOf } from '../../state/notices.svelte.ts';
import { tokenFault } from '../../text/token-fault.ts';

export type Method = 'command' | 'code';
export type Reach = 'write' | 'read';

const rightsOf: Readonly<Record<Reach, Right[]>> = { write: ['read', 'send'], read: ['read'] };

const named = z.object({ label: machineLabel });

/** How a machine is called until somebody has a better name for it. */
const firstLabel = 'laptop';

/** What somebody has chosen who connects a machine, and what was made for it. */
export class Connecting {
  client = $state<ClientId>('claude');
  shell = $state<Shell>(navigator.userAgent.includes('Windows') ? 'powershell' : 'posix');
  label = $state(firstLabel);
  reach = $state<Reach>('write');
  method = $state<Method>('command');
  /** The secret is shown in the command, not only copied. */
  revealed = $state(false);
  /** Made on purpose, for this machine. */
  token = $state.raw<TokenResponse>();
  pairing = $state.raw<PairingResponse>();
  /** What was wrong with the last attempt to make one; `field` is `label` if it is the name. */
  problem = $state.raw<{ field: string | undefined; sentence: string }>();
  working = $state(false);
  /** The host of the address that was chosen; undefined for the best. */
  #host = $state<string>();
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** The address that counts, of those there are. */
  addressOf(addresses: readonly RelayAddress[]): RelayAddress | undefined {
    return (
      addresses.find(({ host }) => host === this.#host) ??
      addresses.find(({ recommended }) => recommended) ??
      addresses.find(({ listening }) => listening) ??
      addresses[0]
    );
  }

  choose(host: string): void {
    this.#host = host;
  }

  /** Suggests a name that no machine has yet. */
  async suggestLabel(): Promise<void> {
    try {
      const { tokens } = await this.#api.tokens();
      const taken = new Set(tokens.map(({ label }) => labelKey(label)));
      if (this.label !== firstLabel) return;
      for (let number = 2; taken.has(labelKey(this.label)); number++) this.label = `${firstLabel}-${number}`;
    } catch (error) {
      // A name that is taken is refused when the token is made.
      if (!(error instanceof BridgeError)) throw error;
    }
  }

  makeToken(): Promise<void> {
    return this.#make(async (label) => {
      this.token = await this.#api.createToken({ label, rights: rightsOf[this.reach] });
    });
  }

  makeCode(): Promise<void> {
    return this.#make(async (label) => {
      this.pairing = await this.#api.createPairing({ label, rights: rightsOf[this.reach] });
    });
  }

  /** Takes the code back, so that nobody can come with it. */
  cancelCode(): Promise<void> {
    const { pairing } = this;
    return this.#work(async () => {
      if (pairing) await this.#api.cancelPairing(pairing.id);
      this.pairing = undefined;
    });
  }

  /** The next machine; the address stays. */
  startOver(): void {
    this.token = undefined;
    this.pairing = undefined;
    this.problem = undefined;
    this.revealed = false;
    this.label = firstLabel;
    void this.suggestLabel();
  }

  async #make(make: (label: string) => Promise<void>): Promise<void> {
    await this.#work(() => make(validate(named, { label: this.label.trim() }).label));
  }

  async #work(work: () => Promise<void>): Promise<void> {
    if (this.working) return;
    this.working = true;
    this.problem = undefined;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      this.problem = tokenFault(error) ?? { field: error.field, sentence: sentenceOf(error) };
    } finally {
      this.working = false;
    }
  }
}
