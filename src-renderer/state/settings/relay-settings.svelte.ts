import { SvelteMap } from 'svelte/reactivity';
import type { SettingBody, SettingsChange, SettingsPatch } from '../../../src-shared/api/settings.ts';
import { BridgeError } from '../../../src-shared/bridge-error.ts';
import type { SettingKey, Settings } from '../../../src-shared/settings.ts';
import { checkSetting } from '../../../src-shared/settings/check.ts';
import { sentenceOf } from '../notices.svelte.ts';
import type { SettingsSource } from './settings-source.ts';
import {
  needsToken,
  placeAfter,
  type Question,
  questionBefore,
  type Reach,
  reachAfter,
  type Step,
  type Whereabouts,
} from './whereabouts.ts';

/** What became of the last change, shown beside its control. */
export type Outcome =
  | { kind: 'under way' }
  | { kind: 'applied' }
  /** Why not; everything is as it was. */
  | { kind: 'refused'; sentence: string };

/** A change that waits for an answer. */
export interface Pending {
  question: Question;
  patch: SettingsPatch;
  at: SettingKey;
}

export interface RelaySettingsParts {
  source: SettingsSource;
  /** Where the browser stands that shows the page; left out in the window, which no change locks out. */
  here?: Whereabouts | undefined;
  /** The port that the relay has, if it runs. */
  port: () => number | undefined;
  /** Goes to the same page at another address. */
  move: (origin: string) => void;
  onChanged: (change: SettingsChange) => void;
}

/** That something was applied is shown for so long, in ms. */
const shownMs = 4_000;

/** The settings of the relay, and their change: checked here by the same rules, then by the relay, then at once in force. */
export class RelaySettings {
  /** `failed`: they could not be read. */
  phase = $state<'loading' | 'ready' | 'failed'>('loading');
  problem = $state.raw<BridgeError>();
  /** The file that changes are written to. */
  file = $state('');
  /** Asks first. */
  pending = $state.raw<Pending>();
  /** How many questions were answered with no. */
  declined = $state(0);
  #all = $state.raw<ReadonlyMap<SettingKey, SettingBody>>(new Map());
  readonly #outcomes = new SvelteMap<SettingKey, Outcome>();
  readonly #parts: RelaySettingsParts;

  constructor(parts: RelaySettingsParts) {
    this.#parts = parts;
  }

  get list(): readonly SettingBody[] {
    return [...this.#all.values()];
  }

  /** Undefined until they were read. */
  of(key: SettingKey): SettingBody | undefined {
    return this.#all.get(key);
  }

  /** The value in use. */
  value<K extends SettingKey>(key: K): Settings[K] | undefined {
    // The relay says null for what has no value.
    return (this.of(key)?.value ?? undefined) as Settings[K] | undefined;
  }

  outcome(key: SettingKey): Outcome | undefined {
    return this.#outcomes.get(key);
  }

  /** Whether clients have to bring a token, as far as the settings say. */
  get needsToken(): boolean {
    return needsToken(this.#reach('value'));
  }

  async load(): Promise<void> {
    try {
      const { file, settings } = await this.#parts.source.read();
      this.file = file;
      this.#all = new Map(settings.map((setting) => [setting.key, setting]));
      this.problem = undefined;
      this.phase = 'ready';
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      this.problem = error;
      if (this.phase !== 'ready') this.phase = 'failed';
    }
  }

  /**
   * Changes settings, null for the default. What came of it is shown at `at`.
   * @returns whether they are in force now
   */
  async change(patch: SettingsPatch, at: SettingKey): Promise<boolean> {
    const fault = faultIn(patch);
    if (fault) {
      this.#refuse(at, fault);
      return false;
    }
    const question = questionBefore(this.#step(patch), this.#parts.here);
    if (question) {
      this.pending = { question, patch, at };
      return false;
    }
    return this.#apply(patch, at);
  }

  /** Goes on with what was asked about. */
  async confirm(): Promise<void> {
    const { pending } = this;
    this.pending = undefined;
    if (pending) await this.#apply(pending.patch, pending.at);
  }

  decline(): void {
    this.pending = undefined;
    this.declined++;
  }

  /** What was refused has been read. */
  dismiss(key: SettingKey): void {
    this.#outcomes.delete(key);
  }

  async #apply(patch: SettingsPatch, at: SettingKey): Promise<boolean> {
    this.#outcomes.set(at, { kind: 'under way' });
    const step = this.#step(patch);
    try {
      const change = await this.#parts.source.change(patch);
      const { here, move, onChanged } = this.#parts;
      const place = here && placeAfter(change, here, step);
      if (place !== undefined) {
        // This address is about to be gone.
        move(place);
        return true;
      }
      await this.load();
      this.#applied(at);
      onChanged(change);
      return true;
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      this.#refuse(at, sentenceOf(error));
      return false;
    }
  }

  #applied(at: SettingKey): void {
    const outcome: Outcome = { kind: 'applied' };
    this.#outcomes.set(at, outcome);
    setTimeout(() => {
      if (this.#outcomes.get(at) === outcome) this.#outcomes.delete(at);
    }, shownMs);
  }

  #refuse(at: SettingKey, sentence: string): void {
    this.#outcomes.set(at, { kind: 'refused', sentence });
  }

  #step(patch: SettingsPatch): Step {
    const before = this.#reach('value');
    return {
      before,
      after: reachAfter(before, patch, this.#reach('default')),
      port: this.#parts.port() ?? before.port,
    };
  }

  #reach(which: 'value' | 'default'): Reach {
    const of = <K extends SettingKey>(key: K) => this.of(key)?.[which] as Settings[K];
    return {
      ...{ host: of('host'), loopback: of('loopback'), port: of('port') },
      ...{ trustedHosts: of('trustedHosts'), dashboard: of('dashboard') },
      ...{ tlsCert: of('tlsCert'), tlsKey: of('tlsKey'), authTokenFile: of('authTokenFile') },
      requireToken: of('requireToken'),
      allowUnauthenticatedNetwork: of('allowUnauthenticatedNetwork'),
      hasAuthToken: which === 'value' && this.of('authToken')?.set === true,
    };
  }
}

/** What is wrong with a change by the rules that the relay has, too; undefined if nothing is. */
function faultIn(patch: SettingsPatch): string | undefined {
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) continue;
    const checked = checkSetting(key as SettingKey, value);
    if (checked.ok) continue;
    const culprit = Array.isArray(value) ? `${String(checked.culprit)}: it ` : 'It ';
    return `${culprit}${checked.rule}.`;
  }
  return undefined;
}
