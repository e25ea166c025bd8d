import { curlCommands } from '../../../src-shared/connect/curl.ts';
import { askForToken, readTokenFile } from '../../../src-shared/connect/token-commands.ts';
import { exitCode } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { print } from '../output.ts';
import { shell } from './words.ts';
import type { Wish } from './wish.ts';

/** Prints lines for scripts; there is nothing to set up. */
export function printScripts({ connection, credential }: Wish, { json }: { json: boolean }): number {
  if (connection.transport === 'stdio') throw new CommandFailure('configuration', 'curl speaks HTTP only');
  const token = connection.token === 'none' ? 'none' : 'placeholder';
  const { send, listen } = curlCommands(shell, { baseUrl: connection.baseUrl, token });
  const setToken = token === 'none' ? undefined : tokenCommand(credential);
  if (json) print(JSON.stringify({ set_token: setToken ?? null, send, listen }, undefined, 2));
  else print([...(setToken === undefined ? [] : [setToken]), listen, send].join('\n'));
  return exitCode('fine');
}

/** Undefined where the variable is set already. */
function tokenCommand(credential: Wish['credential']): string | undefined {
  if (credential?.kept.in === 'variable') return undefined;
  return credential?.kept.in === 'file' ? readTokenFile(shell, credential.kept.path) : askForToken(shell);
}
