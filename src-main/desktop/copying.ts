import { clientCommands } from '../../src-shared/client-commands.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { DesktopState } from '../../src-shared/desktop-state.ts';
import type { Copyable } from './tray-menu.ts';
import { mainAddress } from './words.ts';

export interface CopyingParts {
  state: DesktopState;
  /** The token that clients must bring. */
  token: string | null;
  /** Makes a code with which another machine fetches its own token, once. */
  pairingCode: () => Promise<string>;
}

/**
 * What is put into the clipboard for the owner of the relay. Commands hold the token itself: they are whole, and shown to
 * nobody.
 * @throws BridgeError `relay_stopped`
 */
export async function textToCopy(what: Copyable, parts: CopyingParts): Promise<string> {
  const { state, token } = parts;
  if (what === 'diagnostics') return diagnostics(state);
  const { running } = state.relay;
  if (!running) throw new BridgeError('relay_stopped', 'the relay is stopped');
  const address = mainAddress(running);
  // The agents of this computer are connected by the address that never changes.
  const commands = clientCommands({
    baseUrl: running.url,
    token: token === null ? 'none' : { value: token },
    shell: state.platform === 'win32' ? 'powershell' : 'posix',
  });
  switch (what) {
    case 'address':
      return address;
    case 'mcpAddress':
      return `${address}/mcp`;
    case 'claude':
    case 'codex':
    case 'gemini':
      return commands[what];
    case 'token':
      return token ?? '';
    case 'pairingCode':
      return parts.pairingCode();
  }
}

/** What helps whoever is asked for help; no names, no contents, no secrets. */
function diagnostics({
  version,
  platform,
  relay,
  attention,
  token,
  update,
  problems,
  login,
}: DesktopState): string {
  const { running, error } = relay;
  const lines = [
    `Claude Bridge ${version} on ${platform}, Electron ${process.versions.electron}, Node ${process.versions.node}`,
    `Relay: ${relay.state}${error ? ` (${error.code}: ${error.message})` : ''}`,
    ...(running
      ? [
          `Port ${running.port}, TLS ${running.tls ? 'on' : 'off'}, token ${running.token.required ? 'required' : 'not required'}`,
          `Addresses: ${running.addresses
            .filter(({ listening }) => listening)
            .map(({ kind }) => kind)
            .join(', ')}`,
          `Streams ${running.counts.streams}, waiting ${running.counts.waiters}, agents ${running.counts.agents}`,
        ]
      : []),
    `Token kept: ${token.place}. Starts at login: ${login.enabled ? 'yes' : 'no'}. Update: ${update.kind}. Stuck: ${attention.stuck.length}`,
    ...problems.map((problem) => `Problem: ${problem}`),
  ];
  return `${lines.join('\n')}\n`;
}
