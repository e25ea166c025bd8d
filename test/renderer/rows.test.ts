import { describe, expect, test } from 'vitest';
import { threadOf, type FeedMessage } from '../../src-shared/messages/feed-message.ts';
import { toRows, type RowOptions } from '../../src-renderer/messages/rows.ts';
import { feedMessage } from './feed-message.ts';

function rowsOf(messages: FeedMessage[], options: Partial<RowOptions> = {}) {
  const find = (id: string) => messages.find((message) => message.id === id);
  return toRows(messages, [], {
    threadOf: (message) => threadOf(message, find),
    folded: new Set(),
    seenAt: undefined,
    own: () => false,
    ...options,
  }).map((row) => {
    if (row.kind === 'event') throw new Error('no events were given');
    return row;
  });
}

const at = (clock: string, day = '01') => ({ at: `2026-03-${day}T${clock}.000000Z` });

describe('the rows of a feed', () => {
  test('name a sender again after a pause, another sender, and a new day', () => {
    const rows = rowsOf([
      feedMessage('a', at('10:00:00')),
      feedMessage('b', at('10:04:00')),
      feedMessage('c', at('10:10:00')),
      feedMessage('d', { ...at('10:10:01'), sender: 'orion' }),
      feedMessage('e', { ...at('10:11:00', '03'), sender: 'orion' }),
    ]);
    expect(rows.map(({ head }) => head)).toEqual([true, false, true, true, true]);
    expect(rows.map(({ day }) => day !== undefined)).toEqual([true, false, false, false, true]);
  });

  test('draw the line of what is new once, before the first message of somebody else', () => {
    const own = feedMessage('mine', at('10:01:00'));
    const rows = rowsOf(
      [
        feedMessage('old', at('10:00:00')),
        own,
        feedMessage('new', at('10:02:00')),
        feedMessage('newer', at('10:03:00')),
      ],
      {
        seenAt: '2026-03-01T10:00:00.000000Z',
        own: (message) => message === own,
      },
    );
    expect(rows.map(({ fresh }) => fresh)).toEqual([false, false, true, false]);
  });

  test('put progress that goes on into the place of the one before', () => {
    const progress = (text: string) =>
      feedMessage({ type: 'progress', correlation_id: 'job', content: { text } });
    const [first, second, third] = [progress('one'), progress('two'), progress('three')] as const;
    const result = feedMessage({ type: 'result', correlation_id: 'job', content: 'done' });
    const rows = rowsOf([first, second, third, result]);
    expect(rows.map(({ message }) => message.id)).toEqual([third.id, result.id]);
    expect(rows[0]).toMatchObject({ key: first.id, updates: [first, second] });
    expect(rows.map(({ rail }) => [rail.above, rail.below])).toEqual([
      [false, true],
      [true, false],
    ]);
  });

  test('hold a conversation together by its names, else by the chain of its replies', () => {
    const root = feedMessage('root', { id: 'root' });
    const reply = feedMessage({ type: 'text', reply_to: 'root', content: 'reply' }, { id: 'reply' });
    const stranger = feedMessage('stranger');
    const again = feedMessage({ type: 'text', reply_to: 'reply', content: 'again' });
    const named = feedMessage({ type: 'text', thread_id: 'T', correlation_id: 'C', content: 'named' });
    const rows = rowsOf([root, reply, stranger, again, named]);
    expect(rows.map(({ thread }) => thread)).toEqual(['root', 'root', stranger.id, 'root', '=T']);
    expect(rows.map(({ foldable }) => foldable)).toEqual([true, false, false, true, false]);

    const folded = rowsOf([root, reply, stranger, again, named], { folded: new Set(['root']) });
    expect(folded.map(({ message }) => message)).toEqual([root, stranger, named]);
    expect(folded[0]).toMatchObject({ hidden: 2, foldable: true });
  });

  test('come to an end with replies that answer each other', () => {
    const a = feedMessage({ type: 'text', reply_to: 'b', content: 'a' }, { id: 'a' });
    const b = feedMessage({ type: 'text', reply_to: 'a', content: 'b' }, { id: 'b' });
    expect(rowsOf([a, b])).toHaveLength(2);
  });
});
