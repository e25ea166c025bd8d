import type { MenuItemConstructorOptions } from 'electron/main';
import type { Attention, DesktopState, UpdateState } from '../../src-shared/desktop-state.ts';
import { shorten, withoutFlags } from '../../src-shared/text.ts';
import { age, capitalised, counted, hostOf, mainAddress, pausedWords } from './words.ts';

/** What a person can ask for in the tray. */
export type TrayCommand =
  | { do: 'open'; view?: 'connect' | 'settings' | 'network' }
  | { do: 'openChannel'; channel: string }
  | { do: 'copy'; what: Copyable }
  | { do: 'startRelay' | 'stopRelay' | 'pauseRelay' | 'resumeRelay' }
  | { do: 'startAtLogin'; enabled: boolean }
  | { do: 'viewLogs' | 'update' | 'quit' };

export type Copyable =
  'address' | 'mcpAddress' | 'claude' | 'codex' | 'gemini' | 'pairingCode' | 'token' | 'diagnostics';

/** Channels that the menu names; the others are counted. */
const namedChannels = 5;

/** Longest name of a channel in the menu, in code points. */
const nameLength = 48;

/** Longest reason for not running, in code points: a menu is as wide as its widest item. */
const statusLength = 100;

type Item = MenuItemConstructorOptions;

/**
 * The whole menu as it is in a state: nothing is reachable only by a click on the icon, since not every system passes
 * such clicks on, and no item is kept, since not every system shows a change of one.
 */
export function trayMenu(state: DesktopState, act: (command: TrayCommand) => void, now = Date.now()): Item[] {
  const { relay, login, update } = state;
  const isRunning = relay.state === 'running';
  const item = (label: string, command: TrayCommand, more: Item = {}): Item => ({
    label,
    click: () => act(command),
    ...more,
  });
  return separated([
    statusLines(state, now),
    relay.state === 'error'
      ? [
          item('Try again', { do: 'startRelay' }),
          ...(relay.error?.code === 'port_unavailable'
            ? [item('Use another port…', { do: 'open', view: 'network' })]
            : []),
        ]
      : [],
    [item('Open Claude Bridge', { do: 'open' })],
    isRunning ? unreadItems(state.attention, item) : [],
    [
      ...copyItems(state, item),
      item('Connect a machine…', { do: 'open', view: 'connect' }, { enabled: isRunning }),
    ],
    [
      ...relayItems(state, item),
      item(
        'Start at login',
        { do: 'startAtLogin', enabled: !login.enabled },
        { type: 'checkbox', checked: login.enabled },
      ),
      item('Settings…', { do: 'open', view: 'settings' }),
      item('View logs', { do: 'viewLogs' }),
      item(updateLabel(update), { do: 'update' }, { enabled: !isBusy(update) }),
    ],
    [item('Quit Claude Bridge', { do: 'quit' })],
  ]);
}

type MakeItem = (label: string, command: TrayCommand, more?: Item) => Item;

/** Text, never buttons: what is, and in a second line what that means. */
function statusLines(state: DesktopState, now: number): Item[] {
  return statusWords(state, now).map((label) => ({ label: literally(label), enabled: false }));
}

function statusWords({ relay, attention }: DesktopState, now: number): string[] {
  if (relay.state === 'starting') return ['Starting…'];
  if (relay.error)
    return ['Not running', shorten(capitalised(withoutFlags(relay.error.message)), statusLength)];
  if (!relay.running) return ['Stopped', 'No machine can connect'];
  const paused = pausedWords(relay.running, now);
  if (paused !== undefined) {
    const held = counted(relay.running.held_messages, 'message');
    return [capitalised(paused), `${held} held, nothing is lost`];
  }
  const stuck = new Set(attention.stuck.map(({ consumer }) => consumer)).size;
  return [
    `Running on ${hostOf(mainAddress(relay.running))}`,
    [counted(attention.agents, 'agent'), ...(stuck > 0 ? [`${stuck} stuck`] : [])].join(', '),
  ];
}

function unreadItems({ unread, stuck }: Attention, item: MakeItem): Item[] {
  const waits = new Map(unread.map(({ channel, count }) => [channel, counted(count, 'message')]));
  // That nobody reads weighs more than how much there is to read.
  for (const { channel, minutes } of stuck) waits.set(channel, `stuck ${age(minutes * 60_000)}`);
  if (waits.size === 0) return [];
  const named = [...waits].slice(0, namedChannels);
  const others = waits.size - named.length;
  return [
    { label: 'Unread', enabled: false },
    ...named.map(([channel, says]) =>
      item(literally(`${shorten(channel, nameLength)} (${says})`), { do: 'openChannel', channel }),
    ),
    ...(others > 0 ? [item(`${counted(others, 'more unread channel')}…`, { do: 'open' })] : []),
  ];
}

function copyItems({ relay }: DesktopState, item: MakeItem): Item[] {
  const copy = (label: string, what: Copyable) => item(label, { do: 'copy', what });
  if (!relay.running) return [copy('Copy diagnostics', 'diagnostics')];
  return [
    {
      label: 'Copy',
      submenu: separated([
        [copy('Address', 'address'), copy('MCP address', 'mcpAddress')],
        [
          copy('Command for Claude Code', 'claude'),
          copy('Command for Codex', 'codex'),
          copy('Command for Gemini CLI', 'gemini'),
        ],
        [
          copy('Pairing code', 'pairingCode'),
          ...(relay.running.token.required ? [copy('Token of this relay', 'token')] : []),
          copy('Diagnostics', 'diagnostics'),
        ],
      ]),
    },
  ];
}

function relayItems({ relay }: DesktopState, item: MakeItem): Item[] {
  switch (relay.state) {
    case 'stopped':
      return [item('Start relay', { do: 'startRelay' })];
    case 'starting':
      return [item('Stop relay', { do: 'stopRelay' })];
    case 'error':
      return [];
    case 'running':
      return [
        (relay.running?.paused_since ?? null) === null
          ? item('Pause', { do: 'pauseRelay' })
          : item('Resume', { do: 'resumeRelay' }),
        item('Stop relay', { do: 'stopRelay' }),
      ];
  }
}

function updateLabel(update: UpdateState): string {
  switch (update.kind) {
    case 'checking':
      return 'Checking for updates…';
    case 'none':
      return 'No update available, check again…';
    case 'available':
      return `Download version ${update.version}`;
    case 'downloading':
      return `Downloading version ${update.version}, ${update.percent} %`;
    case 'ready':
      return `Restart to install version ${update.version}`;
    case 'unchecked':
    case 'failed':
      return 'Check for updates…';
  }
}

function isBusy({ kind }: UpdateState): boolean {
  return kind === 'checking' || kind === 'downloading';
}

/** Menus take `&` for the mark of a key. */
function literally(label: string): string {
  return label.replaceAll('&', '&&');
}

function separated(groups: Item[][]): Item[] {
  return groups
    .filter((group) => group.length > 0)
    .flatMap((group, index) => (index === 0 ? group : [{ type: 'separator' as const }, ...group]));
}
