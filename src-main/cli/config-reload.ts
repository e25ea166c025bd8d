import type { ReloadResponse } from '../../src-shared/api/settings.ts';
import { ApiClient } from '../../src-shared/client/api-client.ts';
import type { SettingsInput } from '../settings/load.ts';
import { exitCode } from './exit-codes.ts';
import { print } from './output.ts';
import { findTarget } from './target.ts';

/** `claude-bridge config reload`: has the running relay read its settings again. */
export async function configReload({ dataDirectory }: SettingsInput): Promise<number> {
  // The one that runs here and no other: its settings are those of this machine.
  const client = new ApiClient(findTarget({}, { env: {}, dataDirectory }));
  const { reloaded, unchanged_until_restart } = await client.call<ReloadResponse>({
    method: 'POST',
    path: '/api/reload',
    body: {},
  });
  const lines = Object.entries(reloaded).map(
    ([key, [before, after]]) => `${key}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`,
  );
  if (unchanged_until_restart.length > 0)
    lines.push(`after a restart: ${unchanged_until_restart.join(', ')}`);
  print(lines.length > 0 ? lines.join('\n') : 'nothing changed');
  return exitCode('fine');
}
