import type { SettingsInput } from '../settings/load.ts';
import { thisPlace } from '../clients/place.ts';
import { connectOne } from './connect/one-client.ts';
import { listClients } from './connect/every-client.ts';
import { readOptions, type ConnectFlags } from './connect/options.ts';
import { printScripts } from './connect/scripts.ts';
import { makeWish } from './connect/wish.ts';
import { CommandFailure } from './failure.ts';
import { printWarnings } from './output.ts';
import type { TargetOptions } from './target-options.ts';

/** `claude-bridge connect [client]`: sets a client up, or lists what there is to set up. */
export async function connect(
  client: string | undefined,
  flags: ConnectFlags,
  { input, target }: { input: SettingsInput; target: TargetOptions },
): Promise<number> {
  const place = thisPlace(input.env);
  const options = readOptions(client ?? 'claude', flags, target);
  if (client !== undefined && options.client !== 'curl') {
    return connectOne(options.client, options, { input, place });
  }
  if (options.undo) {
    const sentence =
      client === undefined ? '--undo needs to know which client' : 'curl keeps nothing that could be undone';
    throw new CommandFailure('configuration', sentence);
  }
  const wish = await makeWish(options.transport, target, input);
  printWarnings(wish.target?.warnings ?? []);
  if (client === undefined) return listClients(wish, { place, json: options.json });
  return printScripts(wish, { json: options.json });
}
