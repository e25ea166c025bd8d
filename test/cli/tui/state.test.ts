import { describe, expect, test } from 'vitest';
import { LineEditor } from '../../../src-main/cli/tui/state/line-editor.ts';
import { layoutOf } from '../../../src-main/cli/tui/state/layout.ts';
import { SenderColours } from '../../../src-main/cli/tui/state/sender-colours.ts';
import { senderColour } from '../../../src-main/cli/terminal/sender-colour.ts';
import { MessageList } from '../../../src-main/cli/tui/state/message-list.ts';
import { Freezer } from '../../../src-main/cli/tui/state/freezer.ts';
import { bindingOf, keyGroups } from '../../../src-main/cli/tui/keys.ts';
import { toFeedMessage, type FeedMessage } from '../../../src-shared/messages/feed-message.ts';

function message(seq: number, content = `Message ${seq}`): FeedMessage {
  const timestamp = new Date(seq * 1_000).toISOString();
  return toFeedMessage(
    {
      seq,
      id: `id-${seq}`,
      sender: 'orion',
      content,
      timestamp,
      channel: 'demo:worker',
      is_json: false,
      preview: '',
      origin: null,
    },
    'demo:worker',
  );
}

const many = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => message(from + index));

describe('a list of messages', () => {
  test('stays with the newest one until another is selected, and then where it is', () => {
    let source = many(1, 50);
    const list = new MessageList(() => source, true);
    expect(list.window(10)).toMatchObject({ above: 40, below: 0 });
    list.move(-5);
    expect([list.selected?.seq, list.follows, list.window(10).above]).toEqual([45, false, 40]);
    source = [...source, ...many(51, 60)];
    expect([list.selected?.seq, list.window(10).above, list.below]).toEqual([45, 40, 15]);
    // Older messages that are put before it do not move it either.
    source = [...many(-20, 0), ...source];
    expect([list.selected?.seq, list.window(10).above]).toEqual([45, 61]);
    list.last();
    source = [...source, message(61)];
    expect([list.selected?.seq, list.follows, list.window(10).below]).toEqual([61, true, 0]);
  });

  test('keeps its place when the selected message is filtered out or deleted', () => {
    let source = many(1, 20);
    const list = new MessageList(() => source, true);
    list.select('id-12');
    expect(list.selected?.seq).toBe(12);
    list.filter = 'MESSAGE 1';
    expect(list.rows.map(({ seq }) => seq)).toEqual([1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    // It is drawn in between, as it is on a screen.
    expect(list.selected?.seq).toBe(12);
    source = source.filter(({ seq }) => seq !== 12);
    expect(list.selected?.seq).toBe(13);
    source = [];
    expect([list.selected, list.window(5).rows]).toEqual([undefined, []]);
    list.move(3);
    expect(list.selected).toBeUndefined();
  });

  test('filters by message, sender and type', () => {
    const source = [message(1, '{"type":"Task","goal":"x"}'), message(2, 'text'), message(3, 'other')];
    const list = new MessageList(() => source, true);
    const found = (filter: string) => {
      list.filter = filter;
      return list.rows.map(({ seq }) => seq);
    };
    expect([found('task'), found('TEXT'), found('orion'), found('')]).toEqual([
      [1],
      [2],
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });
});

describe('a line that is edited', () => {
  test('moves and deletes by what people see as characters', () => {
    const editor = new LineEditor('a👩‍👩‍👧e\u0301');
    editor.press('left');
    editor.press('backspace');
    expect([editor.beforeCursor, editor.afterCursor]).toEqual(['a', 'e\u0301']);
    editor.press('delete');
    expect(editor.text).toBe('a');
    editor.press('home');
    editor.insert('漢 ');
    expect([editor.text, editor.beforeCursor]).toEqual(['漢 a', '漢 ']);
    editor.press('end');
    editor.press('ctrl+w');
    expect(editor.text).toBe('漢 ');
    editor.press('ctrl+u');
    expect([editor.text, editor.press('ctrl+x')]).toEqual(['', false]);
  });

  test('takes no control characters but line feeds and tabs', () => {
    const editor = new LineEditor();
    editor.insert('a\u001b[2J\r\nb\tc\u0000\ud800');
    expect(editor.text).toBe('a[2J\nb\tc\ufffd');
  });
});

test('senders of one channel have different colours as long as there are enough, and keep them', () => {
  const colours = new SenderColours();
  const senders = ['ci-vps', 'windows-orchestrator', 'mac-worker', 'codex-wsl', 'atlas', 'orion'];
  const given = senders.map((sender) => colours.of(sender, senders));
  expect(new Set(given).size).toBe(6);
  expect(colours.of('vega', senders)).toBe(senderColour('vega'));
  expect(senders.map((sender) => colours.of(sender, []))).toEqual(given);
});

test('panels fill the screen, whatever its size', () => {
  for (let columns = 40; columns <= 240; columns += 7) {
    for (let rows = 10; rows <= 60; rows += 3) {
      for (const details of [false, true]) {
        const layout = layoutOf({ columns, rows }, 2, details);
        const side = layout.details;
        const width =
          layout.channels + layout.messages.columns + (side?.place === 'right' ? side.columns : 0);
        const height = layout.messages.rows + (side?.place === 'below' ? side.rows : 0) + 2;
        expect([width, height + (layout.channels === 0 ? 1 : 0)]).toEqual([columns, rows]);
        expect(layout.messages.rows).toBeGreaterThanOrEqual(3);
      }
    }
  }
});

test('what waits while it is frozen comes in its order, and too much is told', () => {
  const freezer = new Freezer();
  const event = (seq: number) =>
    ({ type: 'clear', channel: 'a', removed: seq, id: '', timestamp: '' }) as const;
  freezer.freeze(0);
  freezer.hold([event(1)]);
  freezer.hold([event(2)]);
  expect(freezer.thaw()).toEqual({ events: [event(1), event(2)], overflown: false });
  freezer.freeze(0);
  freezer.hold(Array.from({ length: 20_001 }, (_, index) => event(index)));
  expect(freezer.thaw().overflown).toBe(true);
  expect([freezer.frozen, freezer.messages]).toEqual([false, 0]);
});

test('every key means one thing, and the keys of the original are there', () => {
  const keys = keyGroups.flatMap(({ bindings }) => bindings.flatMap((binding) => binding.keys));
  expect(new Set(keys).size).toBe(keys.length);
  const original = [
    'q',
    'ctrl+c',
    'tab',
    'shift+tab',
    'up',
    'down',
    'enter',
    's',
    'n',
    'c',
    'f',
    '/',
    'i',
    'space',
    'r',
    '?',
  ];
  expect(original.filter((key) => !bindingOf.has(key))).toEqual([]);
});
