import { isDeepStrictEqual } from 'node:util';
import type { ReloadResponse } from '../../src-shared/api/settings.ts';
import { definitionOf, settingKeys, type SettingKey, type Settings } from '../../src-shared/settings.ts';
import { shownValue } from '../../src-shared/settings/check.ts';

/** What a running relay takes over from new settings. */
export interface Change {
  /** Those in use, with the new values of what may change while running. */
  settings: Settings;
  /** What changes at once, as [old, new]. Secrets are masked. */
  applied: ReloadResponse['reloaded'];
  /** What waits for a restart. */
  afterRestart: SettingKey[];
}

export function changeOf(running: Settings, next: Settings): Change {
  const changed = settingKeys.filter((key) => !isDeepStrictEqual(running[key], next[key]));
  const taken = changed.filter((key) => definitionOf(key).reloadable);
  const pair = (key: SettingKey) => [shownValue(key, running[key]), shownValue(key, next[key])];
  return {
    settings: { ...running, ...Object.fromEntries(taken.map((key) => [key, next[key]])) },
    applied: Object.fromEntries(taken.map((key) => [key, pair(key)])),
    afterRestart: changed.filter((key) => !definitionOf(key).reloadable),
  };
}
