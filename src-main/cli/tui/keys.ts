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
      { keys: ['up', 'k'], shown: '↑ k', does: 'previous row', run: ({ navigation }) => navigation.move(-1) },
      { keys: ['down', 'j'], shown: '↓ j', does: 'next row', run: ({ navigation }) => navigation.move(1) },
      {
        keys: ['pageup'],
        shown: 'PgUp',
        does: 'a page back',
        run: ({ navigation }) => navigation.movePage(-1),
      },
      {
        keys: ['pagedown'],
        shown: 'PgDn',
        does: 'a page on',
        run: ({ navigation }) => navigation.movePage(1),
      },
      {
        keys: ['home', 'g'],
        shown: 'Home g',
        does: 'first row',
        run: ({ navigation }) => navigation.moveToStart(),
      },
      {
        keys: ['end', 'G'],
        shown: 'End G',
        does: 'last row, and follow',
        run: ({ navigation }) => navigation.moveToEnd(),
      },
      { keys: ['tab'], shown: 'Tab', does: 'next panel', run: ({ navigation }) => navigation.moveFocus(1) },
      {
        keys: ['shift+tab'],
        shown: 'Shift+Tab',
        does: 'previous panel',
        run: ({ navigation }) => navigation.moveFocus(-1),
      },
      {
        keys: ['enter'],
        shown: 'Enter',
        does: 'open channel, show message',
        run: ({ navigation }) => navigation.enter(),
      },
      {
        keys: ['left', '['],
        shown: '← [',
        does: 'previous channel',
        run: ({ navigation }) => navigation.openBeside(-1),
      },
      {
        keys: ['right', ']'],
        shown: '→ ]',
        does: 'next channel',
        run: ({ navigation }) => navigation.openBeside(1),
      },
      {
        keys: ['u'],
        shown: 'u',
        does: 'next channel with unread',
        run: ({ navigation }) => navigation.openUnread(),
      },
    ],
  },
  {
    title: 'Looking',
    bindings: [
      {
        keys: ['f', '/'],
        shown: 'f /',
        does: 'filter this list',
        run: ({ dialogue }) => dialogue.askFilter(),
      },
      { keys: ['F'], shown: 'F', does: 'search all channels', run: ({ dialogue }) => dialogue.askSearch() },
      { keys: ['t'], shown: 't', does: 'thread of the message', run: ({ middle }) => middle.openThread() },
      {
        keys: ['i'],
        shown: 'i',
        does: 'show or hide details',
        run: ({ navigation }) => navigation.toggleDetails(),
      },
      { keys: ['a'], shown: 'a', does: 'agents', run: ({ middle }) => middle.toggleAgents() },
      {
        keys: ['l'],
        shown: 'l',
        does: 'follow the newest, or not',
        run: ({ navigation }) => navigation.toggleFollow(),
      },
      { keys: ['space'], shown: 'Space', does: 'freeze, or go on', run: ({ news }) => news.toggleFreeze() },
      { keys: ['r'], shown: 'r', does: 'refresh, connect now', run: ({ news }) => news.refresh() },
      { keys: ['escape'], shown: 'Esc', does: 'back', run: ({ navigation }) => navigation.back() },
    ],
  },
  {
    title: 'Doing',
    bindings: [
      { keys: ['s'], shown: 's', does: 'write a message', run: ({ dialogue }) => dialogue.compose() },
      { keys: ['R'], shown: 'R', does: 'answer the message', run: ({ dialogue }) => dialogue.answer() },
      { keys: ['n'], shown: 'n', does: 'new channel', run: ({ dialogue }) => dialogue.askChannel() },
      { keys: ['c'], shown: 'c', does: 'clear the channel', run: ({ dialogue }) => dialogue.askClear() },
      { keys: ['?'], shown: '?', does: 'this help', run: ({ dialogue }) => dialogue.showHelp() },
      { keys: ['q', 'ctrl+c'], shown: 'q Ctrl+C', does: 'quit', run: ({ work }) => work.quit() },
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
