import { resolve } from 'node:path';
import { BridgeError } from '../../../src-shared/bridge-error.ts';
import { ApiClient } from '../../../src-shared/client/api-client.ts';
import type { Transport } from '../../../src-shared/connect/client.ts';
import type { Connection } from '../../../src-shared/connect/connection.ts';
import { isTemporary, stdioServer } from '../../../src-shared/connect/stdio-server.ts';
import { nodeFetch } from '../../remote/node-fetch.ts';
import { loadSettings, type SettingsInput } from '../../settings/load.ts';
import { dataPaths } from '../../settings/paths.ts';
import { RunningRelay } from '../running-relay.ts';
import { completeTarget, findTarget, type Target } from '../target.ts';
import { targetFlags, type TargetOptions } from '../target-options.ts';
import { givenCredential, ownCredential, type Credential } from './credential.ts';
import { thisInstallation } from './installation.ts';

/** How clients are to be connected. */
export interface Wish {
  connection: Connection;
  /** What stands behind a reference to the token; undefined if none is needed or known. */
  credential: Credential | undefined;
  /** As the client will check certificates. */
  fetch: typeof fetch;
  /** The relay on the other side; undefined where the database is opened directly. */
  target: Target | undefined;
  /** What the user should know besides, in sentences. */
  notes: string[];
}

/**
 * @throws ConfigurationError for a flag, variable or file that cannot be used
 * @throws CommandFailure `unreachable` when no address is given and no relay runs here
 */
export async function makeWish(
  transport: Transport,
  given: TargetOptions,
  input: SettingsInput,
): Promise<Wish> {
  const options = completeTarget(given, input);
  const isElsewhere = (options.url ?? input.env[targetFlags.url.env] ?? '').trim() !== '';
  if (transport === 'stdio' && !isElsewhere) return overDatabase(input);

  const target = findTarget(options, input);
  const credential = givenCredential(options, input.env) ?? (await localCredential(target, input));
  const needsToken = await isTokenNeeded(target, credential !== undefined);
  const wish = {
    credential: needsToken ? credential : undefined,
    // An authority can be made known to clients. That we know the relay by other signs is of no use to them.
    fetch: target.trust.kind === 'authority' ? target.fetch : nodeFetch({ kind: 'system' }),
    target,
  };
  if (transport !== 'stdio') {
    const token = needsToken ? 'reference' : 'none';
    return {
      ...wish,
      connection: { transport, baseUrl: target.url, token },
      notes: certificateNotes(target),
    };
  }
  // A file is read by the program itself, so that the client needs no variable.
  const file = credential?.kept.in === 'file' ? credential.kept.path : undefined;
  const args = [
    '--url',
    target.url,
    ...trustArguments(options, input.env),
    ...pair('--token-file', needsToken ? file : undefined),
  ];
  const token = needsToken && file === undefined ? 'reference' : 'none';
  return { ...wish, connection: stdioConnection(args, {}, token), notes: installationNotes() };
}

/** Variables that decide which database the program opens. */
const databaseVariables = ['CLAUDE_BRIDGE_HOME', 'CLAUDE_BRIDGE_DB'];

function overDatabase({ env }: SettingsInput): Wish {
  const set = databaseVariables.flatMap((name): [string, string][] => {
    const value = env[name] ?? '';
    return value.trim() === '' ? [] : [[name, resolve(value)]];
  });
  return {
    connection: stdioConnection([], Object.fromEntries(set), 'none'),
    credential: undefined,
    fetch,
    target: undefined,
    notes: installationNotes(),
  };
}

function stdioConnection(
  args: readonly string[],
  env: Record<string, string>,
  token: Connection['token'],
): Connection {
  return { transport: 'stdio', server: stdioServer(thisInstallation(), { args, env }), token };
}

/** The relay's own token is given to no one else. */
async function localCredential(target: Target, input: SettingsInput): Promise<Credential | undefined> {
  const running = RunningRelay.look(dataPaths(input.dataDirectory).runtimeFile);
  return running?.isAt(target.url) === true ? ownCredential(await loadSettings(input)) : undefined;
}

/** A relay that cannot be asked most likely needs the token that the user has for it. */
async function isTokenNeeded(target: Target, assumed: boolean): Promise<boolean> {
  try {
    await new ApiClient({ url: target.url, fetch: target.fetch }).session();
    return false;
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    const isRefusal = error.code === 'unauthorized' || error.code === 'unauthenticated_network';
    return isRefusal || assumed;
  }
}

function trustArguments({ caFile, fingerprint }: TargetOptions, env: NodeJS.ProcessEnv): string[] {
  const authority = caFile ?? env[targetFlags.caFile.env];
  return [
    ...pair('--ca-file', authority === undefined ? undefined : resolve(authority)),
    ...pair('--fingerprint', fingerprint ?? env[targetFlags.fingerprint.env]),
  ];
}

function pair(flag: string, value: string | undefined): string[] {
  return value === undefined || value === '' ? [] : [flag, value];
}

function certificateNotes({ trust }: Target): string[] {
  switch (trust.kind) {
    case 'authority':
      return [
        'Clients do not know this authority by themselves: those that run on Node read NODE_EXTRA_CA_CERTS=<file> when they start.',
      ];
    case 'fingerprint':
      return [
        'Clients cannot be told a fingerprint and will refuse the certificate; with --transport stdio this program checks it for them.',
      ];
    case 'system':
    case 'loopback':
      return [];
  }
}

function installationNotes(): string[] {
  return isTemporary(thisInstallation())
    ? [
        'The program runs from the cache of npx, which npm may empty: install it (npm install -g) before a client is to start it.',
      ]
    : [];
}
