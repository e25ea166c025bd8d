import { homedir } from 'node:os';
import type { FlagValues } from '../settings/flags.ts';
import type { SettingsInput } from '../settings/load.ts';
import { dataDirectory } from '../settings/paths.ts';

/** The settings of this process: its flags, its environment, its user's data directory. */
export function settingsInput(flags: FlagValues): SettingsInput {
  return { flags, env: process.env, dataDirectory: dataDirectory(process.env, process.platform, homedir()) };
}
