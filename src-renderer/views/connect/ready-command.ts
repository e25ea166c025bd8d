import { clients, type ClientId } from '../../../src-shared/connect/client.ts';
import { curlCommands } from '../../../src-shared/connect/curl.ts';
import { clientSetup } from '../../../src-shared/connect/setup.ts';
import type { Shell } from '../../../src-shared/connect/shell.ts';
import { askForToken, setToken } from '../../../src-shared/connect/token-commands.ts';

export interface CommandChoice {
  client: ClientId;
  /** Where the relay answers for the other machine. */
  baseUrl: string;
  shell: Shell;
  /** `placeholder`: whoever runs the command is asked for it. */
  token: 'none' | 'placeholder' | { value: string };
}

/** One thing to do on the other machine: run a command, or put a text into a file. */
export interface Step {
  label: string;
  text: string;
  isFile: boolean;
  note?: string;
}

/** What to do there, in order. `main` is the one that connects; the others may be missing. */
export interface ReadyCommand {
  before: Step | undefined;
  main: Step;
  after: Step | undefined;
}

/** What somebody copies to connect a client on another machine; complete whatever is known of its token. */
export function readyCommand(choice: CommandChoice): ReadyCommand {
  return choice.client === 'curl' ? forScripts(choice) : forClient(choice, choice.client);
}

/** The command with the token itself, or the text of a file with it, as a screen shows it. */
export function masked(text: string, secret: string | undefined): string {
  return secret === undefined ? text : text.replaceAll(secret, `${secret.slice(0, 7)}••••••`);
}

function forClient(choice: CommandChoice, client: Exclude<ClientId, 'curl'>): ReadyCommand {
  const { baseUrl, shell, token } = choice;
  const setup = clientSetup(client, { transport: 'http', baseUrl, token }, { shell });
  const name = clients[client].name;
  if (setup.kind === 'file') {
    // A file of a project is shared, so it names the variable, whatever is known of the token.
    const needsVariable = setup.text.includes('${');
    return {
      before: needsVariable
        ? tokenStep(choice, 'First, the token, in the terminal that starts the client')
        : undefined,
      main: {
        label:
          client === 'mcp-json'
            ? `Put this into ${setup.path} of the project`
            : `Put this into ${setup.path}`,
        text: setup.text,
        isFile: true,
        note: needsVariable
          ? 'The client reads CLAUDE_BRIDGE_TOKEN each time it starts. If there are other servers in the file, add this one to them.'
          : 'If there are other servers in the file, add this one to them.',
      },
      after: undefined,
    };
  }
  // Codex keeps no token, so what it gets is the variable; the others take the token itself.
  const withVariable = client === 'codex' && typeof token === 'object';
  const text = withVariable ? inOneLine(shell, setToken(shell, token.value), setup.command) : setup.command;
  const note = noteFor(client, token);
  return {
    before: token === 'placeholder' ? tokenStep(choice, 'First, the token') : undefined,
    main: { label: name, text, isFile: false, ...(note === undefined ? {} : { note }) },
    after: undefined,
  };
}

function forScripts(choice: CommandChoice): ReadyCommand {
  const { baseUrl, shell, token } = choice;
  const { send, listen } = curlCommands(shell, { baseUrl, token: token === 'none' ? 'none' : 'placeholder' });
  const text = typeof token === 'object' ? inOneLine(shell, setToken(shell, token.value), send) : send;
  return {
    before: token === 'placeholder' ? tokenStep(choice, 'First, the token') : undefined,
    main: { label: 'Send a message', text, isFile: false },
    after: { label: 'Listen, in the same terminal', text: listen, isFile: false },
  };
}

function tokenStep({ shell, token }: CommandChoice, label: string): Step | undefined {
  if (token === 'none') return undefined;
  if (typeof token === 'object') return { label, text: setToken(shell, token.value), isFile: false };
  const hidden = shell === 'cmd' ? 'Waits for the token' : 'Waits for the token without showing it';
  return { label, text: askForToken(shell), isFile: false, note: `${hidden}: paste it and press Enter.` };
}

function inOneLine(shell: Shell, first: string, second: string): string {
  return `${first}${shell === 'powershell' ? '; ' : ' && '}${second}`;
}

function noteFor(client: ClientId, token: CommandChoice['token']): string | undefined {
  if (client === 'gemini')
    return 'Run it in a folder that Gemini trusts; elsewhere it lists the entry as disabled.';
  if (client === 'codex' && token !== 'none') {
    return 'Codex reads CLAUDE_BRIDGE_TOKEN each time it starts: set it in the start-up file of your shell as well.';
  }
  return undefined;
}
