import { isDeepStrictEqual } from 'node:util';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { clients, type Scope } from '../../src-shared/connect/client.ts';
import { addCommand, removeCommand } from '../../src-shared/connect/commands.ts';
import type { Connection } from '../../src-shared/connect/connection.ts';
import type { ConfiguredClientId } from '../../src-shared/connect/setup.ts';
import { replaceConfigFile } from './config-file.ts';
import { difference } from './difference.ts';
import type { Entry } from './editor.ts';
import { currentEntry, entryOf, fileChange, type EntryFile, type FileChange } from './entry-file.ts';
import { findProgram } from './find-program.ts';
import { configFile, type Place } from './place.ts';
import { runProgram } from './run-program.ts';

/** What is to be done so that a client has the entry that is wanted, or none. */
export type Plan = Settled | FileEdit | ProgramRuns;

/** It is so already. */
interface Settled extends EntryFile {
  kind: 'settled';
}

/** A file is changed by us. */
interface FileEdit extends EntryFile {
  kind: 'edit';
  change: FileChange;
  diff: string;
}

/** The client's own program changes its file. */
interface ProgramRuns extends EntryFile {
  kind: 'run';
  /** The program; undefined if it was not found, so that somebody has to run the commands elsewhere. */
  program: string | undefined;
  /** Each with the name of the program as its first word. */
  commands: string[][];
  wanted: Entry | undefined;
  /** How the entry changes. */
  diff: string;
}

/** @param connection undefined takes the entry away */
export function makePlan(
  client: ConfiguredClientId,
  scope: Scope,
  connection: Connection | undefined,
  place: Place,
): Plan {
  const file: EntryFile = { client, scope, path: configFile(client, scope, place) };
  const wanted = connection && entryOf(client, connection);
  if (client === 'claude') return planForClaude(file, { connection, wanted, place });
  const change = fileChange(file, wanted);
  return change.changes ? { kind: 'edit', ...file, change, diff: change.diff } : { kind: 'settled', ...file };
}

/** Claude Code writes to its file while it runs, so that only its own program can do so safely. */
function planForClaude(
  file: EntryFile,
  {
    connection,
    wanted,
    place,
  }: { connection: Connection | undefined; wanted: Entry | undefined; place: Place },
): Plan {
  const current = currentEntry(file);
  if (isDeepStrictEqual(current, wanted)) return { kind: 'settled', ...file };
  const add = connection && addCommand('claude', connection, file.scope);
  return {
    kind: 'run',
    ...file,
    program: findProgram('claude', place),
    commands: [
      ...(current ? [removeCommand('claude', file.scope)] : []),
      ...(add ? [add.filter((word) => typeof word === 'string')] : []),
    ],
    wanted,
    diff: difference(file.path, entryText(current), entryText(wanted)),
  };
}

function entryText(entry: Entry | undefined): string {
  return entry === undefined ? '' : `${JSON.stringify(entry, undefined, 2)}\n`;
}

/**
 * Does what `plan` says.
 * @returns the copy of a file that was changed, if there was one
 * @throws BridgeError
 */
export async function carryOut(plan: Plan, place: Place): Promise<{ backup: string | undefined }> {
  switch (plan.kind) {
    case 'settled':
      return { backup: undefined };
    case 'edit': {
      // What a project shares is for everybody who can read the project; our own is for nobody else.
      const mode = plan.scope === 'project' ? 0o666 : 0o600;
      return { backup: replaceConfigFile({ ...plan.change, mode }) };
    }
    case 'run':
      await runCommands(plan, place);
      return { backup: undefined };
  }
}

async function runCommands(plan: ProgramRuns, place: Place): Promise<void> {
  const { name } = clients[plan.client];
  if (plan.program === undefined) {
    throw new BridgeError('not_found', `${name} was not found on the PATH, so nothing was done`);
  }
  for (const [, ...args] of plan.commands) await runProgram(plan.program, args, place);
  if (isDeepStrictEqual(currentEntry(plan), plan.wanted)) return;
  throw new BridgeError('conflict', `${plan.program} said nothing, but ${plan.path} does not have the entry`);
}
