import { isDeepStrictEqual } from 'node:util';
import type { SettingBody, SettingsResponse } from '../../src-shared/api/settings.ts';
import { definitionOf, settingKeys, type SettingKey, type Settings } from '../../src-shared/settings.ts';
import { fixedBy } from './fixed.ts';
import type { LoadedSettings } from './load.ts';

/**
 * Every setting with where it came from and what a change would do.
 * @param running the values in use, which differ from those that were loaded where a change waits for a restart
 */
export function reportSettings(loaded: LoadedSettings, running: Settings): SettingsResponse {
  return {
    file: loaded.paths.settingsFile,
    settings: settingKeys.map((key) => toBody(key, loaded, running)),
  };
}

function toBody(
  key: SettingKey,
  { settings, sources, paths }: LoadedSettings,
  running: Settings,
): SettingBody {
  const { group, secret, reloadable, doc, allowed, ...definition } = definitionOf(key);
  const value = running[key];
  const { from, name } = sources[key];
  return {
    key,
    group,
    value: secret ? null : (value ?? null),
    secret,
    set: value !== undefined,
    default: key === 'db' ? paths.database : (definition.default ?? null),
    source: { from, name },
    fixed: fixedBy(sources, key) !== undefined,
    live: reloadable,
    awaits_restart: !isDeepStrictEqual(value, settings[key]),
    doc,
    allowed,
  };
}
