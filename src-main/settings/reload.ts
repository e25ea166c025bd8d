import { isDeepStrictEqual } from 'node:util';
import {
  definitionOf,
  settingKeys,
  type ReloadResponse,
  type SettingKey,
  type Settings,
} from '../../src-shared/settings.ts';
import { shownValue } from '../../src-shared/settings-check.ts';

export interface Reload {
  /** `running` with the new values of what may change while running. */
  settings: Settings;
  report: ReloadResponse;
}

/** What a running relay takes over from settings that were read again. */
export function reloadSettings(running: Settings, next: Settings): Reload {
  const changed = settingKeys.filter((key) => !isDeepStrictEqual(running[key], next[key]));
  const taken = changed.filter((key) => definitionOf(key).reloadable);
  const pair = (key: SettingKey) => [shownValue(key, running[key]), shownValue(key, next[key])];
  return {
    settings: { ...running, ...Object.fromEntries(taken.map((key) => [key, next[key]])) },
    report: {
      reloaded: Object.fromEntries(taken.map((key) => [key, pair(key)])),
      unchanged_until_restart: changed.filter((key) => !definitionOf(key).reloadable),
    },
  };
}
