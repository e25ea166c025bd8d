import { access } from './settings/access.ts';
import { dashboardAndLog } from './settings/dashboard-and-log.ts';
import { eventStreams } from './settings/event-streams.ts';
import type { SettingDefinition } from './settings/kinds.ts';
import { loopsAndFloods } from './settings/loops-and-floods.ts';
import { mcp } from './settings/mcp.ts';
import { network } from './settings/network.ts';
import { retentionAndAudit } from './settings/retention-and-audit.ts';
import { sizes } from './settings/sizes.ts';
import { storage } from './settings/storage.ts';
import { waitingAndPresence } from './settings/waiting-and-presence.ts';

/**
 * Every setting, once: flags, variables, the settings file, `--help`, `config show` and docs/configuration.md are
 * made from this. Names and ranges of the original are those of the wire specification 1.2 and 1.3.
 */
export const settingDefinitions = {
  ...network,
  ...access,
  ...storage,
  ...retentionAndAudit,
  ...eventStreams,
  ...waitingAndPresence,
  ...loopsAndFloods,
  ...sizes,
  ...mcp,
  ...dashboardAndLog,
} satisfies Record<string, SettingDefinition>;

export type SettingKey = keyof typeof settingDefinitions;

/** The effective value of every setting. Paths are absolute. */
export type Settings = { readonly [K in SettingKey]: (typeof settingDefinitions)[K]['default'] };

export const settingKeys = Object.keys(settingDefinitions) as SettingKey[];

export function definitionOf(key: SettingKey): SettingDefinition {
  return settingDefinitions[key];
}
