import { resolve } from 'node:path';
import { definitionOf, type SettingKey } from '../../src-shared/settings.ts';
import type { SettingSource } from '../../src-shared/api/settings.ts';
import { checkSetting } from '../../src-shared/settings/check.ts';
import { badValue } from './configuration-error.ts';

/** What one source says: checked values, and the name under which each was given. */
export type Layer = Map<SettingKey, { value: unknown; source: SettingSource }>;

/** One value as somebody wrote it. */
export interface Written {
  key: SettingKey;
  value: unknown;
  source: SettingSource;
  /** How an error names the place, if not by the name of the source. */
  where?: string;
}

/**
 * @param base the directory from which relative paths count
 * @throws ConfigurationError for the first value that breaks its rule
 */
export function makeLayer(written: readonly Written[], base: string): Layer {
  const layer: Layer = new Map();
  for (const { key, value, source, where = source.name } of written) {
    const checked = checkSetting(key, value);
    if (!checked.ok) throw badValue(where, key, checked.culprit, checked.rule);
    const isPath = definitionOf(key).kind === 'path' && typeof checked.value === 'string';
    layer.set(key, { value: isPath ? resolve(base, String(checked.value)) : checked.value, source });
  }
  return layer;
}
