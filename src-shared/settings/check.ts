import { definitionOf, settingDefinitions, type SettingKey, type Settings } from '../settings.ts';

export type SettingCheck<K extends SettingKey> =
  | { ok: true; value: Settings[K] }
  /** `rule` completes "`<name>` …"; `culprit` is the value, or the item of a list, that breaks it. */
  | { ok: false; rule: string; culprit: unknown };

/** Whether `value` may be the value of a setting, and in its normal form if so. */
export function checkSetting<K extends SettingKey>(key: K, value: unknown): SettingCheck<K> {
  const definition = definitionOf(key);
  const result = definition.schema.safeParse(value);
  // The schema of a definition yields the type of its default, which is how `Settings` is made.
  if (result.success) return { ok: true, value: result.data as Settings[K] };
  const index = result.error.issues[0]?.path[0];
  const culprit: unknown = Array.isArray(value) && typeof index === 'number' ? value[index] : value;
  return { ok: false, rule: `must be ${definition.allowed}`, culprit };
}

export function isSettingKey(name: string): name is SettingKey {
  return Object.hasOwn(settingDefinitions, name);
}

export const maskedSecret = '********';

/** A value as it may be shown: a secret that is set becomes asterisks, whatever its length. */
export function shownValue(key: SettingKey, value: unknown): unknown {
  return definitionOf(key).secret && value !== undefined ? maskedSecret : value;
}
