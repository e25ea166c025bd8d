import { existsSync } from 'node:fs';
import type { ConfiguredClientId } from '../../src-shared/connect/setup.ts';
import { findProgram } from './find-program.ts';
import { configFile, pathsOf, type Place } from './place.ts';

/** Clients that are installed for a user rather than kept in a project. */
export const detectable = ['claude', 'codex', 'gemini', 'cursor'] as const satisfies ConfiguredClientId[];

export interface Detected {
  client: ConfiguredClientId;
  /** Its program, or what it has left in the home directory; undefined if there is neither. */
  found: string | undefined;
}

/** Which clients this user has: by their program, else by their settings. */
export function detectClients(place: Place): Detected[] {
  return detectable.map((client) => ({
    client,
    found: findProgram(client, place) ?? [traceOf(client, place)].find((path) => existsSync(path)),
  }));
}

/** Claude Code has a file in the home directory, the others a folder. */
function traceOf(client: (typeof detectable)[number], place: Place): string {
  const file = configFile(client, 'user', place);
  return client === 'claude' ? file : pathsOf(place).dirname(file);
}
