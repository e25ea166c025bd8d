import { accessInWords } from '../../src-shared/access.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { clients, type Transport } from '../../src-shared/connect/client.ts';
import { isTemporary } from '../../src-shared/connect/stdio-server.ts';
import { readPairingCode } from '../../src-shared/pairing-code.ts';
import { detectClients } from '../clients/detect.ts';
import { thisPlace, type Place } from '../clients/place.ts';
import { readFingerprint } from '../remote/trust.ts';
import { writeJoinedRelay } from '../settings/joined-relay.ts';
import type { SettingsInput } from '../settings/load.ts';
import { dataPaths } from '../settings/paths.ts';
import { thisInstallation } from './connect/installation.ts';
import { connectOne } from './connect/one-client.ts';
import { Examination } from './doctor/examination.ts';
import { credentialCheck } from './doctor/relay-checks.ts';
import { roundTrip, trialChannel } from './doctor/round-trip.ts';
import { exitCode } from './exit-codes.ts';
import { CommandFailure, reportFailure } from './failure.ts';
import { redeem } from './join/redemption.ts';
import { findServer, type Server } from './join/server.ts';
import { print } from './output.ts';
import { findTarget } from './target.ts';
import type { TargetOptions } from './target-options.ts';

export interface JoinRequest {
  host: string;
  code: string;
  name: string | undefined;
  /** Set the clients of this user up without asking. */
  yes: boolean;
  /** Leave the clients alone. */
  noClients: boolean;
}

/**
 * `claude-bridge join HOST CODE`: makes this machine one of those that a relay knows. Finds the relay and settles that it is
 * the right one, exchanges the code for a token, keeps that, proves it by a message all the way, and sets up the clients.
 */
export async function joinCommand(
  request: JoinRequest,
  options: TargetOptions,
  input: SettingsInput,
): Promise<number> {
  const code = readPairingCode(request.code);
  if (code === undefined) {
    throw new CommandFailure('configuration', 'the code must be eight letters and digits, such as K7QM-4XPD');
  }
  const server = await findServer(request.host, expectedFingerprint(options));
  print(`✓ found         a relay at ${server.url}`);

  const answer = await redeem(server, { code, name: request.name });
  const paths = dataPaths(input.dataDirectory);
  const { url, trust } = server;
  const fingerprint = trust.kind === 'fingerprint' ? trust.fingerprint : undefined;
  const joined = { url, label: answer.label, joined_at: new Date().toISOString() };
  writeJoinedRelay(paths, fingerprint === undefined ? joined : { ...joined, fingerprint }, answer.token);
  print(`✓ joined        as ${answer.label}, with ${accessInWords(answer)}`);
  print(`                the token is in ${paths.joinedTokenFile}`);

  const kept = keptTarget(server, paths.joinedTokenFile);
  await prove(kept, input);
  if (request.noClients) return exitCode('fine');
  return setUpClients(kept, { yes: request.yes, input, place: thisPlace(input.env) });
}

function expectedFingerprint({ fingerprint }: TargetOptions): string | undefined {
  if (fingerprint === undefined) return undefined;
  const read = readFingerprint(fingerprint);
  if (read !== undefined) return read;
  throw new CommandFailure('configuration', '--fingerprint must be 32 bytes in hexadecimal, such as AB:CD:…');
}

/** How clients and commands find the relay from now on. */
function keptTarget({ url, trust }: Server, tokenFile: string): TargetOptions {
  const target = { url, tokenFile };
  return trust.kind === 'fingerprint' ? { ...target, fingerprint: trust.fingerprint } : target;
}

/** Tries the token as a client would, step by step. @throws BridgeError with the step that did not work */
async function prove(target: TargetOptions, input: SettingsInput): Promise<void> {
  // Not what the environment says, but what was just written down.
  const examination = new Examination(findTarget(target, { env: {}, dataDirectory: input.dataDirectory }));
  for (const { result, says } of await credentialCheck(examination)) {
    if (result === 'problem') throw new BridgeError('unauthorized', `the new token does not work: ${says}`);
  }
  const channel = trialChannel(examination);
  if (channel === undefined) {
    print('· tried         nothing: this token may not both send and read on a channel that nobody uses');
    return;
  }
  try {
    for await (const { name, says } of roundTrip(examination, channel)) print(`✓ ${name.padEnd(14)}${says}`);
  } catch (error) {
    const { message } = error as Error;
    throw new BridgeError('unreachable', `the machine has joined, but a trial failed: ${message}`, {
      cause: error,
    });
  }
}

/** @returns the exit code of the first client that could not be set up */
async function setUpClients(
  target: TargetOptions,
  { yes, input, place }: { yes: boolean; input: SettingsInput; place: Place },
): Promise<number> {
  const found = detectClients(place).filter((detected) => detected.found !== undefined);
  if (found.length === 0) {
    print(
      '\nNo client that we know was found here. Later: claude-bridge connect claude (or codex, gemini, cursor)',
    );
    return exitCode('fine');
  }
  // Over stdio the program reads the token from its file, so that no client needs to hold it.
  const transport: Transport = isTemporary(thisInstallation()) ? 'http' : 'stdio';
  let code = exitCode('fine');
  for (const { client } of found) {
    print('');
    const silent = { dryRun: false, undo: false, json: false };
    const options = { client, transport, scope: 'user', yes, target, ...silent } as const;
    try {
      code ||= await connectOne(client, options, { input, place });
    } catch (error) {
      print(`${clients[client].name} was not set up:`);
      code ||= reportFailure(error);
    }
  }
  return code;
}
