import { clients, tokenVariable, type ClientId } from '../../../src-shared/connect/client.ts';
import { commandLine, type Shell } from '../../../src-shared/connect/shell.ts';
import { askForToken, readTokenFile } from '../../../src-shared/connect/token-commands.ts';
import type { Plan } from '../../clients/plan.ts';
import type { Proof } from '../../clients/verify.ts';
import type { Wish } from './wish.ts';

/** The shell for which commands are printed: on Windows that of its terminal. */
export const shell: Shell = process.platform === 'win32' ? 'powershell' : 'posix';

/** What a plan does, before it is done. */
export function planInWords(plan: Plan): string {
  const { name } = clients[plan.client];
  switch (plan.kind) {
    case 'settled':
      return `${name}: already so in ${plan.path}`;
    case 'edit':
      return `${name}:\n${plan.diff}`;
    case 'run': {
      const lines = commandsOf(plan).map((line) => `  ${line}`);
      // Of an entry that is replaced one wants to know what is lost.
      if (lines.length > 1) lines.push(plan.diff);
      return [`${name}, whose own command writes ${plan.path}:`, ...lines].join('\n');
    }
  }
}

export function commandsOf(plan: Plan): string[] {
  return plan.kind === 'run' ? plan.commands.map((words) => commandLine(shell, words)) : [];
}

/** How the client gets its token, where it needs one. */
export function tokenInWords(client: ClientId, { connection, credential }: Wish): string[] {
  if (connection.token !== 'reference') return [];
  const reader = client === 'mcp-json' ? 'The client' : clients[client].name;
  const reads = `${reader} reads the token from ${tokenVariable} each time it starts; it is not written down.`;
  const there = 'Set it where the client is started';
  switch (credential?.kept.in) {
    case 'file':
      return [`${reads} ${there}:`, `  ${readTokenFile(shell, credential.kept.path)}`];
    case 'variable':
      return [`${reads} It is set here; it must be wherever the client is started.`];
    case 'elsewhere':
      return [`${reads} ${there} to what ${credential.kept.name} says.`];
    case undefined:
      return [`${reads} It is not set here. ${there}:`, `  ${askForToken(shell)}`];
  }
}

export function proofInWords({ version, tools, principal, ms }: Proof, where: string): string {
  return `Works: Claude Bridge ${version} at ${where} answered the handshake, listed ${tools} tools and said who you are (${principal}), in ${ms} ms.`;
}
