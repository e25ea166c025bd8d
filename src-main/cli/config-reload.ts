import type { ReloadResponse } from '../../src-shared/settings.ts';
import type { SettingsInput } from '../settings/load.ts';
import { dataPaths } from '../settings/paths.ts';
import { exitCode } from './exit-codes.ts';
import { print } from './output.ts';
import { findRunningRelay, postToRelay } from './running-relay.ts';

/** `claude-bridge config reload`: has the running relay read its settings again. */
export async function configReload({ dataDirectory }: SettingsInput): Promise<number> {
  const relay = await findRunningRelay(dataPaths(dataDirectory).runtimeFile);
  const { reloaded, unchanged_until_restart } = (await postToRelay(relay, '/api/reload')) as ReloadResponse;
  const lines = Object.entries(reloaded).map(
    ([key, [before, after]]) => `${key}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`,
  );
  if (unchanged_until_restart.length > 0)
    lines.push(`after a restart: ${unchanged_until_restart.join(', ')}`);
  print(lines.length > 0 ? lines.join('\n') : 'nothing changed');
  return exitCode('fine');
}
