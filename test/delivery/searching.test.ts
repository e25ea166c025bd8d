import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { FoundMessage, SearchResponse, ThreadResponse } from '../../src-shared/api/search.ts';
import { writeAsOriginal } from '../compat/original-database.ts';
import { expectError } from '../http/expect-answer.ts';
import { get, list, post, send, state, type Target } from '../support/http-client.ts';
import { anyText } from '../support/matchers.ts';
import { scratchDirectory, startRelay, type Relay } from '../support/program.ts';
import { ack, consumers, sendSeveral, until } from './requests.ts';

/** Messages by what they say and by what they answer (wire specification 6.9). */

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay();
});

type Query = Record<string, string>;

async function search(target: Target, query: Query): Promise<SearchResponse> {
  const answer = await get(target, `/api/search?${new URLSearchParams(query).toString()}`);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body as SearchResponse;
}

async function thread(target: Target, query: Query): Promise<ThreadResponse> {
  const answer = await get(target, `/api/threads?${new URLSearchParams(query).toString()}`);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body as ThreadResponse;
}

const previews = (messages: FoundMessage[]) => messages.map(({ preview }) => preview);
const found = async (query: Query) => previews((await search(relay, query)).results);

/** Sends an envelope and returns its id. */
async function say(
  channel: string,
  type: string,
  more: object = {},
  target: Target = relay,
): Promise<string> {
  const message = { schema_version: 1, type, content: type, ...more };
  const { status, text, body } = await post(target, '/api/send', { channel, sender: 'alice', message });
  if (status !== 200) throw new Error(text);
  return (body as { id: string }).id;
}

describe('GET /api/search', () => {
  test('finds words in any channel, newest first, as items with their channel', async () => {
    const first = await send(relay, { channel: 'words:a', content: 'The quick brown fox' });
    const second = await send(relay, { channel: 'words:b', sender: 'bob', content: 'a QUICK répönse' });
    const { query, results, next_before } = await search(relay, { q: 'quick' });
    expect({ query, next_before }).toEqual({ query: 'quick', next_before: null });
    expect(results.map(({ id, channel }) => [id, channel])).toEqual([
      [second.id, 'words:b'],
      [first.id, 'words:a'],
    ]);
    expect(results[1]).toEqual({
      seq: first.seq,
      id: first.id,
      channel: 'words:a',
      ts: first.ts,
      ts_full: first.ts,
      sender: 'alice',
      is_json: false,
      origin: { label: 'a client on this machine', client: null },
      preview: 'The quick brown fox',
    });
    expect(await found({ q: 'reponse quick' })).toEqual(['a QUICK répönse']);
    expect(await found({ q: '"brown fox"' })).toEqual(['The quick brown fox']);
    expect(await found({ q: '"fox brown"' })).toEqual([]);
    expect(await found({ q: 'bro*' })).toEqual(['The quick brown fox']);
    expect(await found({ q: 'bro' })).toEqual([]);
    const [whole] = (await search(relay, { q: 'brown', full: '1' })).results;
    expect(whole).toMatchObject({ content: 'The quick brown fox' });
  });

  test('is narrowed down by channel, sender and type', async () => {
    await send(relay, { channel: 'narrow', content: 'needle one' });
    await send(relay, { channel: 'narrow', sender: 'bob', content: 'needle two' });
    await send(relay, { channel: 'wide', sender: 'bob', content: 'needle three' });
    await say('narrow', 'task', { content: 'needle four' });
    expect(await found({ q: 'needle', channel: 'narrow', sender: 'bob' })).toEqual(['needle two']);
    expect(await found({ q: 'needle', sender: 'bob' })).toEqual(['needle three', 'needle two']);
    expect((await search(relay, { type: 'task', channel: 'narrow' })).results).toMatchObject([
      { message: { type: 'task', content: 'needle four' }, encoding: 'structured' },
    ]);
    expect(await found({ q: '', channel: 'wide' })).toEqual(['needle three']);
  });

  test('goes on page by page, until there is nothing more', async () => {
    await sendSeveral(relay, 'pages', 7);
    const seen = [];
    let before_id: string | null = '';
    do {
      const page: SearchResponse = await search(relay, { channel: 'pages', limit: '3', before_id });
      seen.push(page.results.map(({ preview }) => preview));
      before_id = page.next_before;
    } while (before_id !== null);
    expect(seen).toEqual([['7', '6', '5'], ['4', '3', '2'], ['1']]);
  });

  test('starts where it is told, and says so of a cursor that is not known', async () => {
    const [one, two] = await sendSeveral(relay, 'since', 3);
    expect(await found({ channel: 'since', since_id: one?.id ?? '' })).toEqual(['3', '2']);
    expect(await found({ channel: 'since', before_id: two?.id ?? '' })).toEqual(['1']);
    for (const cursor of [{ since_id: 'nope' }, { before_id: 'nope' }]) {
      expect(await search(relay, { channel: 'since', ...cursor })).toEqual({
        query: null,
        results: [],
        next_before: null,
        warning: 'since_id_not_found',
      });
    }
  });

  test('never finds what was cleared', async () => {
    await sendSeveral(relay, 'gone', 300);
    await send(relay, { channel: 'gone', content: 'vanishing' });
    expect(await found({ q: 'vanishing' })).toHaveLength(1);
    await post(relay, '/api/clear', { channel: 'gone' });
    expect(await found({ q: 'vanishing' })).toEqual([]);
    expect(await found({ channel: 'gone' })).toEqual([]);
  });

  test.each([
    ['AND', 'AND'],
    ['NEAR(a b)', 'NEAR(a b)'],
    ['"', '"quotation'],
    ["');--", "'); DROP TABLE messages;--"],
    ['content:x', 'content:x'],
    ['^start', '^start'],
    ['-a', '-a +b {c} [d] (e'],
    ['**', 'x** y*z'],
    ['NUL', 'a\0b'],
    ['%', '100%'],
  ])('takes punctuation and operators for text: %s', async (_name, q) => {
    const { status } = await get(relay, `/api/search?${new URLSearchParams({ q }).toString()}`);
    expect(status).toBe(200);
  });

  test.each([
    [{}, 'required'],
    [{ q: '' }, 'required'],
    [{ q: '!?…' }, 'invalid_value'],
    [{ q: 'x'.repeat(1_001) }, 'too_long'],
    [{ q: 'a '.repeat(65) }, 'too_many'],
  ] as const)('refuses %j', async (query, code) => {
    const answer = await get(relay, `/api/search?${new URLSearchParams(query as Query).toString()}`);
    expectError(answer, 400, code, 'query');
  });

  test('answers what is not text at all with something better than a 5xx', async () => {
    for (const q of ['%ff%fe', '%ud800', '%F0%9F%98%80', '%00', '%E2%80%AE', '%']) {
      const { status } = await get(relay, `/api/search?q=${q}`);
      expect(status).toBeLessThan(500);
    }
  });
});

describe('GET /api/threads', () => {
  test('shows what belongs together, by its name or by any of its messages', async () => {
    const root = await say('threads', 'task');
    const reply = await say('threads', 'note', { reply_to: root });
    const result = await say('elsewhere', 'result', { reply_to: reply });
    for (const id of [root, reply, result]) {
      const { messages, ...answer } = await thread(relay, { id });
      expect(answer).toEqual({ thread: root, open: false, previous_cursor: null });
      expect(messages.map(({ id, channel }) => [id, channel])).toEqual([
        [root, 'threads'],
        [reply, 'threads'],
        [result, 'elsewhere'],
      ]);
    }
    expect((await thread(relay, { id: root, channel: 'elsewhere' })).messages).toHaveLength(1);
    const named = await say('threads', 'note', { thread_id: 'plan/7 ü' });
    expect(await thread(relay, { id: 'plan/7 ü' })).toMatchObject({ messages: [{ id: named }] });
  });

  test('pages back', async () => {
    const ids = [];
    for (let n = 0; n < 5; n++) ids.push(await say('long', 'note', { thread_id: 'long' }));
    const newest = await thread(relay, { id: 'long', limit: '3' });
    expect(newest.messages.map(({ id }) => id)).toEqual(ids.slice(2));
    const before_id = newest.previous_cursor ?? '';
    const rest = await thread(relay, { id: 'long', limit: '3', before_id });
    expect(rest.messages.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(rest.previous_cursor).toBeNull();
    expect(await thread(relay, { id: 'long', before_id: 'nope' })).toMatchObject({
      messages: [],
      warning: 'since_id_not_found',
    });
  });

  test('is 404 where there is none, and needs an id', async () => {
    expectError(await get(relay, '/api/threads?id=nowhere'), 404, 'not_found', 'id');
    expectError(await get(relay, '/api/threads'), 400, 'required', 'id');
  });
});

describe('open questions', () => {
  const channelState = async (channel: string) =>
    (await state(relay)).channels.find(({ id }) => id === channel);

  test('are counted, with the time of the oldest, until they are answered', async () => {
    const before = (await state(relay)).open_questions;
    expect(before).toBeGreaterThanOrEqual(0);
    const question = await say('desk', 'question');
    await say('desk', 'task', { thread_id: 'chores' });
    const asked = (await list(relay, 'desk')).messages[0]?.ts;
    expect(await channelState('desk')).toMatchObject({ open: 2, oldest_open_ts: asked });
    expect((await state(relay)).open_questions).toBe(before + 2);
    expect(await thread(relay, { id: question })).toMatchObject({ open: true });
    await say('desk', 'answer', { reply_to: question });
    await say('desk', 'error', { thread_id: 'chores' });
    expect(await channelState('desk')).toMatchObject({ open: 0, oldest_open_ts: null });
    expect(await thread(relay, { id: question })).toMatchObject({ open: false });
  });

  test('are listed with open=1, with the cursors of an ordinary listing', async () => {
    const ids = [];
    for (let n = 0; n < 4; n++) {
      ids.push(await say('inbox', 'question'));
      await send(relay, { channel: 'inbox' });
    }
    const [first, second, third, fourth] = ids;
    await say('inbox', 'answer', { reply_to: second });
    const open = async (query: Query) => {
      const { messages, ...rest } = await list(relay, 'inbox', { open: '1', ...query });
      return { ids: messages.map(({ id }) => id), ...rest };
    };
    expect(await open({})).toEqual({ channel: 'inbox', ids: [first, third, fourth], next_cursor: fourth });
    expect((await open({ limit: '2' })).ids).toEqual([third, fourth]);
    expect((await open({ since_id: first ?? '', limit: '1' })).ids).toEqual([third]);
    expect(await open({ before_id: fourth ?? '', limit: '1' })).toMatchObject({
      ids: [third],
      previous_cursor: third,
    });
    expect(await open({ since_id: 'nope' })).toMatchObject({ ids: [], warning: 'since_id_not_found' });
    expect((await list(relay, 'inbox')).messages).toHaveLength(9);
  });

  test('that are listed for somebody do not count as read', async () => {
    await say('unread', 'question');
    await list(relay, 'unread', { open: '1', consumer_id: 'carol' });
    await search(relay, { channel: 'unread' });
    expect(await consumers(relay, { channel: 'unread' })).toEqual([]);
  });
});

describe('6.6 unread', () => {
  test('leaves out what is addressed to somebody else', async () => {
    const [first] = await sendSeveral(relay, 'post', 1);
    await ack(relay, { channel: 'post', consumer_id: 'bob', message_id: first?.id ?? '' });
    await say('post', 'note', { recipient: 'carol' });
    expect(await consumers(relay, { channel: 'post' })).toMatchObject([
      { unread: 0, oldest_unread_at: null, stuck: false },
    ]);
    await say('post', 'note', { recipient: 'bob' });
    await say('post', 'note');
    expect(await consumers(relay, { channel: 'post' })).toMatchObject([
      { unread: 2, oldest_unread_at: anyText },
    ]);
  });
});

test('two processes and a restart: each finds what the other has stored, and nothing is found twice', async () => {
  const args = ['--db', join(scratchDirectory(), 'shared.db')];
  await using one = await startRelay({ args });
  const root = await say('shared', 'question', { content: 'who has the lantern' }, one);
  {
    await using other = await startRelay({ args });
    await send(other, { channel: 'shared', content: 'a lantern of mine' });
    for (const target of [one, other]) {
      expect((await search(target, { q: 'lantern' })).results).toHaveLength(2);
    }
    expect((await state(other)).open_questions).toBe(1);
    await say('shared', 'answer', { reply_to: root }, other);
    expect((await state(one)).open_questions).toBe(0);
    await post(other, '/api/send', { channel: 'shared', sender: 'bob', content: 'last lantern' });
    await other.kill();
  }
  await one.stop();
  await using again = await startRelay({ args });
  const { results } = await search(again, { q: 'lantern' });
  expect(previews(results)).toEqual(['last lantern', 'a lantern of mine', anyText]);
  expect(await thread(again, { id: root })).toMatchObject({ open: false, messages: [{}, {}] });
});

test('what retention removes is found no more', async () => {
  const args = ['--db', join(scratchDirectory(), 'old.db')];
  const first = await startRelay({ args });
  writeAsOriginal(first.databasePath, [
    { id: 'old', channel: 'old', sender: 'python', content: 'fossil', timestamp: '2020-01-31T08:15:00.25Z' },
  ]);
  expect((await search(first, { q: 'fossil' })).results).toMatchObject([{ id: 'old' }]);
  await first.stop();
  await using second = await startRelay({ args: [...args, '--retention-days', '1'] });
  await until(
    () => search(second, { q: 'fossil' }),
    ({ results }) => results.length === 0,
  );
});
