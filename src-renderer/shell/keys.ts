import { desktop } from '../state/desktop.ts';

/** Whether this is the window of the application, where no browser owns keys. */
export const inWindow = desktop !== undefined;

/** Whether this computer calls its command key by that name. */
export const isApple = /mac|iphone|ipad/i.test(navigator.platform);

const command = isApple ? '⌘' : 'Ctrl';

/** How a key together with the command key is written here: `⌘K`, `Ctrl K`. */
export function withCommand(key: string): string {
  return isApple ? command + key : `${command} ${key}`;
}

export interface KeyEntry {
  /** Ways to do it; each is one key or chord, as it is printed on the keyboard. */
  keys: readonly string[];
  does: string;
}

export interface KeySection {
  title: string;
  entries: readonly KeyEntry[];
}

/** The keys of the page, as its sheet shows them. */
export const keySections: readonly KeySection[] = [
  {
    title: 'Anywhere',
    entries: [
      { keys: [withCommand('K')], does: 'Go to a channel, a command or a message' },
      { keys: ['/'], does: 'Filter channels' },
      { keys: ['?'], does: 'This list' },
      { keys: ['Esc'], does: 'Close details or a dialog' },
      ...(inWindow
        ? [
            {
              keys: [`${withCommand('1')} … ${withCommand('6')}`],
              does: 'The views, in the order of the sidebar',
            },
            { keys: [withCommand(',')], does: 'Settings' },
            { keys: ['Alt ↑', 'Alt ↓'], does: 'Previous, next channel' },
            { keys: ['Alt Shift ↑', 'Alt Shift ↓'], does: 'Previous, next unread channel' },
          ]
        : []),
    ],
  },
  {
    title: 'Among messages',
    entries: [
      { keys: ['↑', '↓', 'K', 'J'], does: 'Previous, next message' },
      { keys: ['Home', 'End'], does: 'Oldest that is loaded, newest' },
      { keys: ['↵'], does: 'Details' },
      { keys: ['R'], does: 'Reply' },
      { keys: ['C'], does: 'Copy the content' },
      { keys: ['T'], does: 'Fold or unfold the thread' },
      { keys: ['U'], does: 'Mark as unread from here on' },
      { keys: ['I'], does: 'Write a message' },
      { keys: [withCommand('I')], does: 'Open or close the details' },
    ],
  },
  {
    title: 'Writing',
    entries: [{ keys: [withCommand('↵')], does: 'Send; the settings let Enter alone do it' }],
  },
  {
    title: 'In the tree of a content',
    entries: [
      { keys: ['↑', '↓'], does: 'Previous, next line' },
      { keys: ['←', '→'], does: 'Fold, unfold' },
      ...(inWindow ? [{ keys: ['Alt ←', 'Alt →'], does: 'Fold, unfold all below' }] : []),
    ],
  },
];

/** Whether `event` is a chord of the command key and `key` alone. */
export function isCommand(event: KeyboardEvent, key: string): boolean {
  const held = isApple ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  return held && !event.altKey && !event.shiftKey && event.key.toLowerCase() === key;
}

/** Whether keys go into a text that somebody is writing. */
export function isTyping(event: KeyboardEvent): boolean {
  const { target } = event;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type=radio], [type=checkbox]), textarea, select'))
  );
}
