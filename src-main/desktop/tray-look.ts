import type { DesktopState } from '../../src-shared/desktop-state.ts';
import { shorten, withoutFlags } from '../../src-shared/text.ts';
import { age, counted, pausedWords } from './words.ts';

/** Windows cuts tooltips after 127 characters. */
const tooltipLength = 90;

/** Which of the drawings in build/tray is shown. */
export type TrayIcon = 'running' | 'attention' | 'starting' | 'stopped' | 'error';

/** The icon that tells a state; shapes differ, not only colours. */
export function trayIcon({ relay, attention }: DesktopState): TrayIcon {
  switch (relay.state) {
    case 'starting':
    case 'error':
    case 'stopped':
      return relay.state;
    case 'running':
      if ((relay.running?.paused_since ?? null) !== null) return 'stopped';
      return attention.unread.length > 0 || attention.stuck.length > 0 ? 'attention' : 'running';
  }
}

/** What the icon says when pointed at, in one line. */
export function trayTooltip(state: DesktopState, now = Date.now()): string {
  return `Claude Bridge: ${tooltipWords(state, now)}`;
}

function tooltipWords({ relay, attention }: DesktopState, now: number): string {
  switch (relay.state) {
    case 'starting':
    case 'stopped':
      return relay.state;
    case 'error':
      return shorten(withoutFlags(relay.error?.message ?? 'not running'), tooltipLength);
    case 'running': {
      const paused = pausedWords(relay.running, now);
      if (paused !== undefined) {
        return `${paused}, ${counted(relay.running?.held_messages ?? 0, 'message')} held`;
      }
      const unread = unreadMessages(attention);
      const [stuck] = attention.stuck;
      const waits = [
        ...(unread > 0 ? [`${unread} unread`] : []),
        ...(stuck ? [shorten(`${stuck.consumer} stuck ${age(stuck.minutes * 60_000)}`, tooltipLength)] : []),
      ];
      return waits.length > 0 ? waits.join(', ') : `running, ${counted(attention.agents, 'agent')}`;
    }
  }
}

/** Messages that have not been on screen. */
export function unreadMessages({ unread }: DesktopState['attention']): number {
  return unread.reduce((sum, { count }) => sum + count, 0);
}
