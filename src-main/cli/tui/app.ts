import { useCursor, useInput, usePaste, useWindowSize, type Key } from 'ink';
import { useLayoutEffect, useSyncExternalStore, type ReactNode } from 'react';
import type { Session } from './state/session.ts';
import { screenOf } from './view/screen.ts';

/** Draws the session and hands it what is typed. Everything else is in the session. */
export function App({ session }: { session: Session }): ReactNode {
  useSyncExternalStore(session.changes.subscribe, session.changes.version);
  const { columns, rows } = useWindowSize();
  session.panels.size = { columns, rows };
  const { setCursorPosition } = useCursor();
  useInput((input, key) => {
    const name = nameOf(input, key);
    if (name === undefined) typeInto(session, input);
    else session.press(name);
  });
  usePaste((text) => session.paste(text));
  const { node, cursor } = screenOf(session, Date.now());
  setCursorPosition(cursor);
  useLayoutEffect(() => session.news.drawn());
  return node;
}

/** The name of a key that is no character; undefined for characters. */
function nameOf(input: string, key: Key): string | undefined {
  if (key.return) return key.meta || key.shift ? 'alt+enter' : 'enter';
  if (key.tab) return key.shift ? 'shift+tab' : 'tab';
  const named = (
    [
      ['upArrow', 'up'],
      ['downArrow', 'down'],
      ['leftArrow', 'left'],
      ['rightArrow', 'right'],
      ['pageUp', 'pageup'],
      ['pageDown', 'pagedown'],
      ['home', 'home'],
      ['end', 'end'],
      ['escape', 'escape'],
      ['backspace', 'backspace'],
      ['delete', 'delete'],
    ] as const
  ).find(([flag]) => key[flag]);
  if (named) return named[1];
  if (key.ctrl && input !== '') return `ctrl+${input.toLowerCase()}`;
  // Alt with a letter means nothing here, and is no letter either.
  if (key.meta) return `alt+${input}`;
  return input === '' ? 'unknown' : undefined;
}

/** Several keys may arrive as one text when they were pressed quickly, with control keys among them. */
function typeInto(session: Session, input: string): void {
  // eslint-disable-next-line no-control-regex -- these are the control keys
  for (const part of input.split(/([\u0000-\u001f\u007f])/)) {
    const code = part.length === 1 ? part.charCodeAt(0) : undefined;
    if (code === undefined || (code >= 0x20 && code !== 0x7f)) session.type(part);
    else session.press(controlKeys[part] ?? `ctrl+${String.fromCharCode(code + 0x60)}`);
  }
}

const controlKeys: Record<string, string> = {
  '\r': 'enter',
  '\t': 'tab',
  '\u001b': 'escape',
  '\u007f': 'backspace',
};
