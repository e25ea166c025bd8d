import type { SettingSource } from '../../src-shared/api/settings.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { SettingKey } from '../../src-shared/settings.ts';

type Sources = Readonly<Record<SettingKey, SettingSource>>;

/** The flag or variable that gives a setting, so that nothing in the settings file can change it. */
export function fixedBy(sources: Sources, key: SettingKey): SettingSource | undefined {
  // The token comes from the strongest source that names it, directly or by file (wire specification 1.4).
  const deciding = key === 'authTokenFile' ? [sources.authTokenFile, sources.authToken] : [sources[key]];
  return deciding.find(({ from }) => from === 'flag' || from === 'env');
}

/** @throws BridgeError `setting_fixed` for the first that a flag or variable gives */
export function refuseFixed(sources: Sources, keys: readonly SettingKey[]): void {
  for (const key of keys) {
    const source = fixedBy(sources, key);
    if (!source) continue;
    const where = source.from === 'flag' ? `the flag ${source.name}` : `the variable ${source.name}`;
    throw new BridgeError(
      'setting_fixed',
      `${key} is given by ${where}; start the relay without it to change it here`,
      {
        field: key,
      },
    );
  }
}
