import {
  clientIds,
  clients,
  scopes,
  transports,
  type ClientId,
  type Scope,
  type Transport,
} from '../../../src-shared/connect/client.ts';
import { CommandFailure } from '../failure.ts';
import type { TargetOptions } from '../target-options.ts';

/** As they were typed. */
export interface ConnectFlags {
  transport?: string;
  scope?: string;
  dryRun?: true;
  undo?: true;
  yes?: true;
  json?: true;
}

export interface ConnectOptions {
  client: ClientId;
  transport: Transport;
  scope: Scope;
  dryRun: boolean;
  undo: boolean;
  yes: boolean;
  json: boolean;
  target: TargetOptions;
}

/** @throws CommandFailure `configuration` for what there is not, or not for this client */
export function readOptions(client: string, flags: ConnectFlags, target: TargetOptions): ConnectOptions {
  const id = oneOf('the client', clientIds, client);
  const { name, transports: known, scopes: places } = clients[id];
  const transport = oneOf('--transport', transports, flags.transport ?? 'http');
  const scope = oneOf('--scope', scopes, flags.scope ?? places[0] ?? 'user');
  if (!known.includes(transport)) {
    throw new CommandFailure(
      'configuration',
      `${name} does not speak ${inWords[transport]}; use ${known.join(' or ')}`,
    );
  }
  if (flags.scope !== undefined && !places.includes(scope)) {
    throw new CommandFailure('configuration', `${name} has no settings for --scope ${scope}`);
  }
  return {
    client: id,
    transport,
    scope,
    dryRun: flags.dryRun === true,
    undo: flags.undo === true,
    yes: flags.yes === true,
    json: flags.json === true,
    target,
  };
}

const inWords: Readonly<Record<Transport, string>> = {
  http: 'Streamable HTTP',
  sse: 'HTTP+SSE',
  stdio: 'stdio',
};

/** What was typed is not repeated: it may be a token. */
function oneOf<T extends string>(what: string, allowed: readonly T[], given: string): T {
  const found = allowed.find((one) => one === given);
  if (found !== undefined) return found;
  const last = allowed.at(-1) ?? '';
  throw new CommandFailure('configuration', `${what} must be ${allowed.slice(0, -1).join(', ')} or ${last}`);
}
