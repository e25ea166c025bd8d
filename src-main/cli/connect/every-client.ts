import { BridgeError } from '../../../src-shared/bridge-error.ts';
import { ApiClient } from '../../../src-shared/client/api-client.ts';
import { clients, type Scope } from '../../../src-shared/connect/client.ts';
import { detectClients, type Detected } from '../../clients/detect.ts';
import type { Place } from '../../clients/place.ts';
import { makePlan } from '../../clients/plan.ts';
import type { RelayAddress } from '../../../src-shared/api/addresses.ts';
import { exitCode } from '../exit-codes.ts';
import { print } from '../output.ts';
import { commandsOf, planInWords } from './words.ts';
import type { Wish } from './wish.ts';

/** Lists the clients of this user and what would be done for each. Changes nothing. */
export async function listClients(
  wish: Wish,
  { place, json }: { place: Place; json: boolean },
): Promise<number> {
  const scope: Scope = 'user';
  const rows = detectClients(place).map((detected) => describe(detected, { wish, scope, place }));
  const addresses = await addressesOf(wish);
  if (json)
    print(JSON.stringify({ clients: rows.map(({ words: _, ...row }) => row), addresses }, undefined, 2));
  else print([...rows.map(({ words }) => words), ...others(addresses)].join('\n\n'));
  return exitCode('fine');
}

interface Row {
  client: string;
  name: string;
  /** Its program or settings; null if it is not installed. */
  found: string | null;
  action: 'settled' | 'edit' | 'run' | 'problem' | null;
  file?: string;
  commands?: string[];
  diff?: string;
  problem?: string;
  words: string;
}

function describe(
  { client, found }: Detected,
  { wish, scope, place }: { wish: Wish; scope: Scope; place: Place },
): Row {
  const { name, transports } = clients[client];
  const row = { client, name, found: found ?? null };
  if (found === undefined) return { ...row, action: null, words: `${name}: not found` };
  if (!transports.includes(wish.connection.transport)) {
    return { ...row, action: null, words: `${name}: does not speak ${wish.connection.transport}` };
  }
  try {
    const plan = makePlan(client, scope, wish.connection, place);
    const diff = plan.kind === 'settled' ? '' : plan.diff;
    return {
      ...row,
      action: plan.kind,
      file: plan.path,
      commands: commandsOf(plan),
      diff,
      words: planInWords(plan),
    };
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    return { ...row, action: 'problem', problem: error.message, words: `${name}: ${error.message}` };
  }
}

/** Where other machines reach this relay, if this client may know. */
async function addressesOf({ target }: Wish): Promise<RelayAddress[]> {
  if (target?.found !== 'running') return [];
  try {
    return (await new ApiClient(target).addresses()).addresses;
  } catch (error) {
    if (error instanceof BridgeError) return [];
    throw error;
  }
}

function others(addresses: readonly RelayAddress[]): string[] {
  const best = addresses.find(({ recommended }) => recommended);
  return [
    ...(best
      ? [`From other machines: claude-bridge connect <client> --url ${best.url}   (${best.label})`]
      : []),
    'To connect one: claude-bridge connect claude. To look only: --dry-run. Also: mcp-json for a project, curl for scripts.',
  ];
}
