import { BridgeError } from '../bridge-error.ts';
import type { SettingKey, Settings } from '../settings.ts';
import { checkSetting, isSettingKey } from '../settings/check.ts';
import type { SettingGroup } from '../settings/kinds.ts';

/** Where a value came from. `name` is the flag, the variable, `config.json` or `default`. */
export interface SettingSource {
  from: 'flag' | 'env' | 'file' | 'default';
  name: string;
}

/** Changes to the settings file: a new value for a key, or null to take it out, so that its default counts again. */
export type SettingsPatch = { readonly [K in SettingKey]?: Settings[K] | null };

/**
 * The body of `PATCH /api/settings`, each value in its normal form.
 * @throws BridgeError `unknown_field`, `invalid_value`, with the key as `field`
 */
export function readSettingsPatch(body: object): SettingsPatch {
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, readValue(key, value)]));
}

function readValue(key: string, value: unknown): unknown {
  if (!isSettingKey(key))
    throw new BridgeError('unknown_field', `there is no setting ${key}`, { field: key });
  if (value === null) return null;
  const checked = checkSetting(key, value);
  if (checked.ok) return checked.value;
  throw new BridgeError('invalid_value', `${key} ${checked.rule}`, { field: key });
}

/** One setting in `GET /api/settings`. */
export interface SettingBody {
  key: SettingKey;
  group: SettingGroup;
  /** The value in use, null if there is none. Never a secret: those only say whether they are set. */
  value: unknown;
  /** The value of a secret is kept back, and this says whether there is one. */
  secret: boolean;
  set: boolean;
  default: unknown;
  source: SettingSource;
  /** It is given by a flag or a variable, which only a new start can change. */
  fixed: boolean;
  /** A change takes effect at once; else it waits for a restart. */
  live: boolean;
  /** A change waits for the next start. */
  awaits_restart: boolean;
  /** One sentence. */
  doc: string;
  /** Completes the sentence "must be …". */
  allowed: string;
}

/** `GET /api/settings`. */
export interface SettingsResponse {
  /** The file that changes are written to. */
  file: string;
  settings: SettingBody[];
}

/** Answer of `POST /api/reload`: what changed, as [old, new], and what waits for a restart. Secrets are masked. */
export interface ReloadResponse {
  reloaded: Partial<Record<SettingKey, [unknown, unknown]>>;
  unchanged_until_restart: SettingKey[];
}

/** Answer of `PATCH /api/settings`. */
export interface SettingsChange {
  /** What changed at once, as [old, new]. Secrets are masked. */
  applied: Partial<Record<SettingKey, [unknown, unknown]>>;
  /** What was written and waits for a restart. */
  after_restart: SettingKey[];
  /** Where this machine reaches the relay from now on; null while it does not run. */
  url: string | null;
  /** Where the relay can be reached from now on, the best for other machines behind the first. */
  addresses: string[];
  /** Clients must bring a token from now on. */
  token_required: boolean;
}
