import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeAsOriginal } from '../compat/original-database.ts';
import { follow, type EventReader } from '../support/event-reader.ts';
import { list, post, send } from '../support/http-client.ts';
import { scratchDirectory, startRelay, type Relay } from '../support/program.ts';

/** Two processes on one database: what one writes is live in the other, exactly once (4.9, 10.1 rows 15 and 16). */

let one: Relay;
let other: Relay;

beforeAll(async () => {
  const db = join(scratchDirectory(), 'shared.db');
  // The slowest polling there is: what comes in time comes because the file is watched.
  const args = ['--db', db, '--event-poll-ms', '10000'];
  one = await startRelay({ args });
  other = await startRelay({ args });
});

async function seqs(stream: EventReader, count: number): Promise<number[]> {
  return (await stream.take(count)).map(({ data }) => Number(data['seq']));
}

describe('two relays', () => {
  test('a message or clear of one is live in the other', async () => {
    using stream = await follow(other, 'shared');
    const { id } = await send(one, { channel: 'shared' });
    expect((await stream.next())?.id).toBe(id);
    await post(one, '/api/clear', { channel: 'shared' });
    expect(await stream.next()).toMatchObject({ event: 'clear', data: { channel: 'shared', cleared: 1 } });
  });

  test('while both write at once, readers of both get everything once and in one order', async () => {
    const each = 150;
    using first = await follow(one, 'busy');
    using second = await follow(other, 'busy');
    const writer = async (relay: Relay) => {
      for (let n = 0; n < each; n++) await send(relay, { channel: 'busy', content: `${n}` });
    };
    await Promise.all([writer(one), writer(one), writer(other), writer(other)]);
    const expected = (await list(one, 'busy', { limit: '500' })).messages
      .slice(-4 * each)
      .map(({ seq }) => seq);
    // A listing has 500 at most; both streams must agree with it on those, and with each other on all.
    const [a, b] = [await seqs(first, 4 * each), await seqs(second, 4 * each)];
    expect(a).toEqual(b);
    expect(new Set(a).size).toBe(4 * each);
    expect(a.slice(-expected.length)).toEqual(expected);
  });

  test('a cursor from one is good in the other', async () => {
    const { id } = await send(one, { channel: 'cursor', content: '1' });
    await send(other, { channel: 'cursor', content: '2' });
    using stream = await follow(other, 'cursor', { 'Last-Event-ID': id });
    expect((await stream.next())?.data['content']).toBe('2');
    expect((await list(other, 'cursor', { since_id: id })).messages).toMatchObject([{ preview: '2' }]);
  });
});

test('rows that the original or anybody else inserts are live, and own ones after them, too', async () => {
  using stream = await follow(one, 'by hand');
  using elsewhere = await follow(other, 'by hand');
  writeAsOriginal(one.databasePath, [
    { id: 'hand-1', channel: 'by hand', sender: 'python', content: 'first' },
    { id: 'hand-2', channel: 'by hand', sender: 'python', content: 'second' },
  ]);
  const { id } = await send(one, { channel: 'by hand', content: 'third' });
  for (const reader of [stream, elsewhere]) {
    expect((await reader.take(3)).map((frame) => frame.id)).toEqual(['hand-1', 'hand-2', id]);
  }
  expect((await list(other, 'by hand')).messages.map(({ preview }) => preview)).toEqual([
    'first',
    'second',
    'third',
  ]);
});

test('10.1 row 8: what the retention of one removes is an event in the other', async () => {
  writeAsOriginal(one.databasePath, [
    {
      id: 'old-1',
      channel: 'aged',
      sender: 'python',
      content: 'x',
      timestamp: '2020-01-01T00:00:00.000000Z',
    },
    {
      id: 'old-2',
      channel: 'aged',
      sender: 'python',
      content: 'y',
      timestamp: '2020-01-01T00:00:01.000000Z',
    },
  ]);
  const { id } = await send(one, { channel: 'aged', content: 'new' });
  using stream = await follow(one, 'aged');
  await using sweeping = await startRelay({ args: ['--db', one.databasePath, '--retention-days', '1'] });
  const trimmed = await stream.next();
  expect(trimmed).toMatchObject({ event: 'trimmed', data: { channel: 'aged', removed: 2 } });
  expect((await list(sweeping, 'aged')).messages).toMatchObject([{ id }]);
  // Readers resume from such an event as from any other.
  const next = await send(sweeping, { channel: 'aged', content: 'newer' });
  using resumed = await follow(sweeping, 'aged', { 'Last-Event-ID': trimmed?.id ?? '' });
  expect((await resumed.next())?.id).toBe(next.id);
});

test('when one process stops, the other goes on', async () => {
  using stream = await follow(one, 'left');
  expect(await other.stop()).toEqual({ code: 0, signal: null });
  await send(one, { channel: 'left', content: 'still here' });
  expect((await stream.next())?.data['content']).toBe('still here');
});
