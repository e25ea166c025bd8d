import type { MenuItemConstructorOptions } from 'electron/main';
import { describe, expect, test } from 'vitest';
import type { RelayAddress } from '../../src-shared/api/addresses.ts';
import type { BridgeStatus, RunningStatus } from '../../src-shared/bridge-status.ts';
import type { DesktopState } from '../../src-shared/desktop-state.ts';
import { trayIcon, trayTooltip } from '../../src-main/desktop/tray-look.ts';
import { trayMenu, type TrayCommand } from '../../src-main/desktop/tray-menu.ts';
import { buildMenu } from './double/system.ts';
import { desktopState, runningStatus } from './states.ts';

function labels(state: DesktopState, now?: number): string[] {
  return items(state, now).map(({ label, type, enabled }) => {
    if (type === 'separator') return '—';
    return enabled === false ? `(${label ?? ''})` : (label ?? '');
  });
}

function items(state: DesktopState, now?: number): MenuItemConstructorOptions[] {
  const menu = trayMenu(state, () => undefined, now);
  // What Electron could not make a menu of would throw here.
  buildMenu(menu);
  return menu;
}

function commandOf(state: DesktopState, label: string): TrayCommand | undefined {
  let command: TrayCommand | undefined;
  const all = trayMenu(state, (given) => (command = given)).flatMap((item) => [
    item,
    ...(Array.isArray(item.submenu) ? item.submenu : []),
  ]);
  all.find((item) => item.label === label)?.click?.({} as never, undefined, {});
  return command;
}

const stopped: BridgeStatus = { state: 'stopped', error: null, running: null };
const taken: BridgeStatus = {
  state: 'error',
  error: {
    error: 'x',
    code: 'port_unavailable',
    message:
      'cannot listen on 127.0.0.1 port 8765: the port is in use by another program (choose another with --port)',
  },
  running: null,
};

function pausedState(since: number): DesktopState {
  const paused = { paused_since: new Date(since).toISOString(), held_messages: 3 };
  return desktopState({
    relay: { state: 'running', error: null, running: { ...runningStatus(), ...paused } },
  });
}

const busy = desktopState({
  attention: {
    agents: 5,
    stuck: [{ consumer: 'codex-wsl', channel: 'payments:worker', minutes: 41 }],
    unread: [
      { channel: 'payments:orchestrator', count: 4 },
      { channel: 'general:sync', count: 2 },
    ],
  },
});

describe('the menu of a running relay', () => {
  test('says where it runs, who is there and what is unread, and offers everything', () => {
    expect(labels(busy)).toEqual([
      '(Running on 100.64.0.10:8765)',
      '(5 agents, 1 stuck)',
      '—',
      'Open Claude Bridge',
      '—',
      '(Unread)',
      'payments:orchestrator (4 messages)',
      'general:sync (2 messages)',
      'payments:worker (stuck 41 min)',
      '—',
      'Copy',
      'Connect a machine…',
      '—',
      'Pause',
      'Stop relay',
      'Start at login',
      'Settings…',
      'View logs',
      'Check for updates…',
      '—',
      'Quit Claude Bridge',
    ]);
  });

  test('leaves the unread channels out when there are none', () => {
    expect(labels(desktopState())).not.toContain('(Unread)');
    expect(labels(desktopState())[1]).toBe('(0 agents)');
  });

  test('names five unread channels and counts the others', () => {
    const unread = Array.from({ length: 8 }, (_, index) => ({ channel: `demo:${index}`, count: 8 - index }));
    const menu = labels(desktopState({ attention: { agents: 1, stuck: [], unread } }));
    expect(menu.slice(menu.indexOf('(Unread)') + 1, menu.lastIndexOf('Copy') - 1)).toEqual([
      'demo:0 (8 messages)',
      'demo:1 (7 messages)',
      'demo:2 (6 messages)',
      'demo:3 (5 messages)',
      'demo:4 (4 messages)',
      '3 more unread channels…',
    ]);
  });

  test('shows names literally and keeps them short', () => {
    const channel = `r&d:${'x'.repeat(80)}`;
    const menu = labels(
      desktopState({ attention: { agents: 1, stuck: [], unread: [{ channel, count: 1 }] } }),
    );
    expect(menu.find((label) => label.startsWith('r'))).toBe(`r&&d:${'x'.repeat(44)}… (1 message)`);
  });

  test('offers what can be copied, the token only where there is one', () => {
    const submenu = (state: DesktopState) =>
      (items(state).find(({ label }) => label === 'Copy')?.submenu as MenuItemConstructorOptions[]).map(
        ({ label, type }) => (type === 'separator' ? '—' : label),
      );
    expect(submenu(busy)).toEqual([
      'Address',
      'MCP address',
      '—',
      'Command for Claude Code',
      'Command for Codex',
      'Command for Gemini CLI',
      '—',
      'Pairing code',
      'Token of this relay',
      'Diagnostics',
    ]);
    const running: RunningStatus = { ...runningStatus(), token: { required: false, file: null } };
    expect(submenu(desktopState({ relay: { state: 'running', error: null, running } }))).not.toContain(
      'Token of this relay',
    );
  });

  test('names the address of this computer when no other machine can reach it', () => {
    const [loopback] = runningStatus().addresses as [RelayAddress];
    const running = { ...runningStatus(), addresses: [loopback] };
    expect(labels(desktopState({ relay: { state: 'running', error: null, running } }))[0]).toBe(
      '(Running on 127.0.0.1:8765)',
    );
  });

  test('gives every item a command', () => {
    expect(commandOf(busy, 'general:sync (2 messages)')).toEqual({
      do: 'openChannel',
      channel: 'general:sync',
    });
    expect(commandOf(busy, 'Command for Codex')).toEqual({ do: 'copy', what: 'codex' });
    expect(commandOf(busy, 'Connect a machine…')).toEqual({ do: 'open', view: 'connect' });
    expect(commandOf(busy, 'Start at login')).toEqual({ do: 'startAtLogin', enabled: true });
    for (const item of trayMenu(busy, () => undefined)) {
      const isActive = item.type !== 'separator' && item.enabled !== false && item.submenu === undefined;
      expect(typeof item.click).toBe(isActive ? 'function' : 'undefined');
    }
  });
});

describe('the menu in other states', () => {
  test('of a paused relay says since when and offers to resume', () => {
    const now = Date.now();
    const menu = labels(pausedState(now - 12 * 60_000), now);
    expect(menu.slice(0, 2)).toEqual(['(Paused for 12 min)', '(3 messages held, nothing is lost)']);
    expect(menu).toContain('Resume');
    expect(menu).not.toContain('Pause');
  });

  test('of a relay that could not start says why, and offers another port where that helps', () => {
    const menu = labels(desktopState({ relay: taken }));
    expect(menu.slice(0, 5)).toEqual([
      '(Not running)',
      '(Cannot listen on 127.0.0.1 port 8765: the port is in use by another program)',
      '—',
      'Try again',
      'Use another port…',
    ]);
    expect(menu).toContain('Copy diagnostics');
    expect(menu).toContain('(Connect a machine…)');
    const full: BridgeStatus = {
      ...taken,
      error: { error: 'x', code: 'storage_full', message: 'the disk is full' },
    };
    expect(labels(desktopState({ relay: full }))).not.toContain('Use another port…');
  });

  test('of a stopped relay offers to start it', () => {
    const menu = labels(desktopState({ relay: stopped }));
    expect(menu.slice(0, 2)).toEqual(['(Stopped)', '(No machine can connect)']);
    expect(menu).toContain('Start relay');
    expect(menu).not.toContain('Pause');
    expect(commandOf(desktopState({ relay: stopped }), 'Start relay')).toEqual({ do: 'startRelay' });
  });

  test('of a starting relay offers to stop it', () => {
    const menu = labels(desktopState({ relay: { state: 'starting', error: null, running: null } }));
    expect(menu[0]).toBe('(Starting…)');
    expect(menu).toContain('Stop relay');
  });

  test.each([
    [{ kind: 'checking' }, '(Checking for updates…)'],
    [{ kind: 'none' }, 'No update available, check again…'],
    [{ kind: 'available', version: '2.1.0' }, 'Download version 2.1.0'],
    [{ kind: 'downloading', version: '2.1.0', percent: 41 }, '(Downloading version 2.1.0, 41 %)'],
    [{ kind: 'ready', version: '2.1.0' }, 'Restart to install version 2.1.0'],
    [{ kind: 'failed', sentence: 'no network' }, 'Check for updates…'],
  ] as const)('with an update that is %o has the item %s', (update, label) => {
    expect(labels(desktopState({ update }))).toContain(label);
  });
});

describe('the icon and its tooltip', () => {
  const now = Date.now();
  test.each([
    ['running', desktopState({ attention: { agents: 5, stuck: [], unread: [] } }), 'running, 5 agents'],
    ['attention', busy, '6 unread, codex-wsl stuck 41 min'],
    ['stopped', pausedState(now - 12 * 60_000), 'paused for 12 min, 3 messages held'],
    ['stopped', desktopState({ relay: stopped }), 'stopped'],
    ['starting', desktopState({ relay: { state: 'starting', error: null, running: null } }), 'starting'],
    [
      'error',
      desktopState({ relay: taken }),
      'cannot listen on 127.0.0.1 port 8765: the port is in use by another program',
    ],
  ])('are %s', (icon, state, tooltip) => {
    expect(trayIcon(state)).toBe(icon);
    expect(trayTooltip(state, now)).toBe(`Claude Bridge: ${tooltip}`);
  });
});
