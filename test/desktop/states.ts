import type { RunningStatus } from '../../src-shared/bridge-status.ts';
import { desktopSettings } from '../../src-shared/desktop-settings.ts';
import type { DesktopState } from '../../src-shared/desktop-state.ts';

/** A relay that runs on a tailnet and asks for a token. */
export function runningStatus(): RunningStatus {
  const address = { listening: true, accepted: true };
  return {
    url: 'http://127.0.0.1:8765',
    port: 8765,
    addresses: [
      {
        ...address,
        ...{ url: 'http://127.0.0.1:8765', host: '127.0.0.1', kind: 'loopback', label: 'this machine' },
        recommended: false,
      },
      {
        ...address,
        ...{
          url: 'http://100.64.0.10:8765',
          host: '100.64.0.10',
          kind: 'tailnet',
          label: 'tailnet (tailscale0)',
        },
        recommended: true,
      },
    ],
    warnings: [],
    tls: null,
    paused_since: null,
    held_messages: 0,
    token: { required: true, file: null },
    started_at: '2026-11-20T08:00:00.000Z',
    database: '/home/ada/.config/claude-bridge/claude-bridge.db',
    counts: { streams: 2, waiters: 1, agents: 5, browser_sessions: 0 },
  };
}

/** A state of the application in which all is well, but for `change`. */
export function desktopState(change: Partial<DesktopState> = {}): DesktopState {
  return {
    version: '2.0.0',
    platform: 'linux',
    dataDirectory: '/home/ada/.config/claude-bridge',
    relay: { state: 'running', error: null, running: runningStatus() },
    addresses: runningStatus().addresses,
    attention: { agents: 0, stuck: [], unread: [] },
    settings: desktopSettings.parse({}),
    login: { enabled: false, note: null },
    commandLineTool: { command: 'claude-bridge', installedAt: null, installable: true, note: null },
    stdioServer: { command: '/opt/Claude Bridge/resources/bin/claude-bridge', args: ['--stdio'], env: {} },
    token: { place: 'keychain', note: null },
    update: { kind: 'unchecked' },
    firstRun: null,
    problems: [],
    ...change,
  };
}
