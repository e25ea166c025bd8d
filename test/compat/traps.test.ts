import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, test } from 'vitest';
import { follow } from '../support/event-reader.ts';
import { get, list, post, send, state } from '../support/http-client.ts';
import { scratchDirectory, startRelay, type Relay } from '../support/program.ts';

/**
 * Section 11.3 of the wire specification, the traps of a JavaScript build: those that the sections themselves do not
 * already show.
 */

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay();
});

describe('row 1: lengths are code points, and no surrogate pair is split', () => {
  test.each([
    ['channel', 256],
    ['sender', 128],
  ])('a %s of %i characters outside the first plane is taken, one more is not', async (field, limit) => {
    const body = (length: number) => ({
      channel: 'c',
      sender: 's',
      content: 'x',
      [field]: '𝔘'.repeat(length),
    });
    expect((await post(relay, '/api/send', body(limit))).status).toBe(200);
    expect((await post(relay, '/api/send', body(limit + 1))).body).toMatchObject({ code: 'too_long', field });
  });

  test('a preview ends between two characters', async () => {
    await send(relay, { channel: 'cut', content: `x${'𝔘'.repeat(300)}` });
    const [item] = (await list(relay, 'cut')).messages;
    expect(item?.preview).toBe(`x${'𝔘'.repeat(199)}…`);
  });
});

test('row 5: every timestamp has six digits and Z, and none is before the one of the message before', async () => {
  await Promise.all(Array.from({ length: 50 }, () => send(relay, { channel: 'times' })));
  const times = (await list(relay, 'times')).messages.map(({ ts_full }) => ts_full);
  for (const time of times) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  expect(times).toEqual(times.toSorted());
});

test('row 5: nor after a clock that was ahead, not even in another process', async () => {
  const ahead = '2099-01-01T00:00:00.000000Z';
  const db = join(scratchDirectory(), 'ahead.db');
  const first = await startRelay({ args: ['--db', db] });
  await send(first, { channel: 'clock' });
  await first.stop();
  const file = new Database(db);
  file.prepare('UPDATE messages SET timestamp = ?').run(ahead);
  file.close();
  await using second = await startRelay({ args: ['--db', db] });
  const { ts } = await send(second, { channel: 'clock' });
  expect(ts >= ahead).toBe(true);
  expect(ts).toMatch(/\.\d{6}Z$/);
});

test('row 7: senders and channels are sorted by code point, as Python does, not by locale or UTF-16 unit', async () => {
  const names = ['b', 'B', 'a', 'ä', 'z', '\uffee', '\u{10000}', '_', '1'];
  for (const sender of names) await send(relay, { channel: 'sorted', sender });
  const channel = (await state(relay)).channels.find(({ id }) => id === 'sorted');
  expect(channel?.senders).toEqual(['1', 'B', '_', 'a', 'b', 'z', 'ä', '\uffee', '\u{10000}']);
});

describe('row 8: whitespace is what Python strips', () => {
  const stripped = [
    ...[
      '\t',
      '\n',
      '\v',
      '\f',
      '\r',
      '\u001c',
      '\u001d',
      '\u001e',
      '\u001f',
      ' ',
      '\u0085',
      '\u00a0',
      '\u1680',
    ],
    ...['\u2000', '\u2005', '\u200a', '\u2028', '\u2029', '\u202f', '\u205f', '\u3000'],
  ];
  const kept = ['\u200b', '\u2060', '\ufeff', '\u180e'];

  test('at both ends of a name it is refused, also where JavaScript would not trim', async () => {
    for (const space of stripped) {
      for (const channel of [`${space}x`, `x${space}`]) {
        const { body } = await post(relay, '/api/send', { channel, sender: 's', content: 'c' });
        expect([channel, body]).toMatchObject([channel, { code: 'surrounding_whitespace' }]);
      }
    }
  });

  test('what is none there is part of a name, also where JavaScript would trim', async () => {
    for (const space of kept) {
      expect((await send(relay, { channel: `${space}x${space}` })).channel).toBe(`${space}x${space}`);
    }
  });

  test('around JSON content it does not count, and what is none makes it text', async () => {
    for (const [space, is_json] of [
      ...stripped.map((s) => [s, true] as const),
      ...kept.map((s) => [s, false] as const),
    ]) {
      await send(relay, { channel: 'around', content: `${space}{"a":1}${space}` });
      expect((await list(relay, 'around', { limit: '1' })).messages).toMatchObject([{ is_json }]);
    }
  });
});

test('row 17: a fresh stream without events stays open', async () => {
  using stream = await follow(relay, 'quiet');
  for (let n = 0; n < 20; n++) await send(relay, { channel: 'elsewhere' });
  expect(stream.response.closed).toBe(false);
  expect(stream.text).toBe('');
});

test('row 18: no API path answers with a redirect', async () => {
  for (const path of [
    '/api/state/',
    '/api/send/',
    '/api',
    '/events/channel',
    '/messages',
    '/sse/',
    '/mcp/',
    '/status/',
  ]) {
    const { status } = await get(relay, path);
    expect([path, status]).toEqual([path, 404]);
  }
});

test('row 23: clearing nothing is 200 with 0, and still an event', async () => {
  using stream = await follow(relay, 'never');
  expect((await post(relay, '/api/clear', { channel: 'never' })).body).toEqual({
    channel: 'never',
    cleared: 0,
  });
  expect((await stream.next())?.event).toBe('clear');
});
