import type { Session } from './state/session.ts';

/** A key and what it does while nothing is being typed. */
export interface KeyBinding {
  keys: readonly string[];
  /** As the help writes it. */
  shown: string;
  does: string;
  run: (session: Session) => void;
}

export interface KeyGroup {
  title: string;
  bindings: readonly KeyBinding[];
}

/** All keys: what they do, the help and the page in the documents follow from it. */
export const keyGroups: readonly KeyGroup[] = [
  {
    title: 'Moving',
    bindings: [
      { keys: ['up', 'k'], shown: '↑ k', does: 'previous row', run: (session) => session.move(-1) },
      { keys: ['down', 'j'], shown: '↓ j', does: 'next row', run: (session) => session.move(1) },
      { keys: ['pageup'], shown: 'PgUp', does: 'a page back', run: (session) => session.movePage(-1) },
      { keys: ['pagedown'], shown: 'PgDn', does: 'a page on', run: (session) => session.movePage(1) },
      { keys: ['home', 'g'], shown: 'Home g', does: 'first row', run: (session) => session.moveToStart() },
      {
        keys: ['end', 'G'],
        shown: 'End G',
        does: 'last row, and follow',
        run: (session) => session.moveToEnd(),
      },
      { keys: ['tab'], shown: 'Tab', does: 'next panel', run: (session) => session.moveFocus(1) },
      {
        keys: ['shift+tab'],
        shown: 'Shift+Tab',
        does: 'previous panel',
        run: (session) => session.moveFocus(-1),
      },
      {
        keys: ['enter'],
        shown: 'Enter',
        does: 'open channel, show message',
        run: (session) => session.enter(),
      },
      {
        keys: ['left', '['],
        shown: '← [',
        does: 'previous channel',
        run: (session) => session.openBeside(-1),
      },
      { keys: ['right', ']'], shown: '→ ]', does: 'next channel', run: (session) => session.openBeside(1) },
      { keys: ['u'], shown: 'u', does: 'next channel with unread', run: (session) => session.openUnread() },
    ],
  },
  {
    title: 'Looking',
    bindings: [
      { keys: ['f', '/'], shown: 'f /', does: 'filter this list', run: (session) => session.askFilter() },
      { keys: ['F'], shown: 'F', does: 'search all channels', run: (session) => session.askSearch() },
      { keys: ['t'], shown: 't', does: 'thread of the message', run: (session) => session.openThread() },
      { keys: ['i'], shown: 'i', does: 'show or hide details', run: (session) => session.toggleDetails() },
      { keys: ['a'], shown: 'a', does: 'agents', run: (session) => session.toggleAgents() },
      {
        keys: ['l'],
        shown: 'l',
        does: 'follow the newest, or not',
        run: (session) => session.toggleFollow(),
      },
      { keys: ['space'], shown: 'Space', does: 'freeze, or go on', run: (session) => session.toggleFreeze() },
      { keys: ['r'], shown: 'r', does: 'refresh, connect now', run: (session) => session.refresh() },
      { keys: ['escape'], shown: 'Esc', does: 'back', run: (session) => session.back() },
    ],
  },
  {
    title: 'Doing',
    bindings: [
      { keys: ['s'], shown: 's', does: 'write a message', run: (session) => session.compose() },
      { keys: ['R'], shown: 'R', does: 'answer the message', run: (session) => session.answer() },
      { keys: ['n'], shown: 'n', does: 'new channel', run: (session) => session.askChannel() },
      { keys: ['c'], shown: 'c', does: 'clear the channel', run: (session) => session.askClear() },
      { keys: ['?'], shown: '?', does: 'this help', run: (session) => session.showHelp() },
      { keys: ['q', 'ctrl+c'], shown: 'q Ctrl+C', does: 'quit', run: (session) => session.quit() },
    ],
  },
];

/** The same for what is typed. */
export const typingKeys: readonly { shown: string; does: string }[] = [
  { shown: 'Enter', does: 'send, or take over' },
  { shown: 'Esc', does: 'close; a message stays' },
  { shown: 'Tab', does: 'next field' },
  { shown: 'Ctrl+T', does: 'text, task, question, JSON' },
  { shown: '↑ ↓', does: 'what was sent before' },
  { shown: 'Ctrl+J', does: 'new line' },
  { shown: 'Ctrl+W Ctrl+U', does: 'delete word, all before' },
];

export const bindingOf: ReadonlyMap<string, KeyBinding> = new Map(
  keyGroups.flatMap(({ bindings }) =>
    bindings.flatMap((binding) => binding.keys.map((key) => [key, binding] as const)),
  ),
);
