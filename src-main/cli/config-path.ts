import { dataPaths } from '../settings/paths.ts';
import type { SettingsInput } from '../settings/load.ts';
import { exitCode } from './exit-codes.ts';
import { print } from './output.ts';

/** `claude-bridge config path`: where the settings file is or would be, for use in scripts. */
export function configPath({ dataDirectory }: SettingsInput): number {
  print(dataPaths(dataDirectory).settingsFile);
  return exitCode('fine');
}
