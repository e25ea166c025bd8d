import { describe, expect, test } from 'vitest';
import { sendDirectly, tester } from './relay-directly.ts';
import { contentsOf, messagesOf } from './sdk-client.ts';
import { startAgent, transports } from './transports.ts';

describe('bridge_receive with a query', () => {
  test.each(transports)('finds messages of the channel, newest first (%s)', async (transport) => {
    const { call, relay } = await startAgent(transport);
    for (const content of ['red ants', 'blue ants', 'red bees']) await sendDirectly(relay, 'x', content);
    await sendDirectly(relay, 'y', 'red ants elsewhere');
    const answer = await call('bridge_receive', { channel: 'x', query: 'ants' });
    expect(contentsOf(answer)).toEqual(['blue ants', 'red ants']);
    expect(answer.structured).toMatchObject({
      channel: 'x',
      query: 'ants',
      next_cursor: null,
      previous_cursor: null,
      consumer_id: null,
      warning: null,
      truncated: false,
    });
    expect(answer.text).toMatch(/^\[x\] — 2 message\(s\) match, newest first\n━━ \[2\] alice @ /);
    expect(contentsOf(await call('bridge_receive', { channel: 'x', query: '"red bees"' }))).toEqual([
      'red bees',
    ]);
    const nothing = await call('bridge_receive', { channel: 'x', query: 'wasps' });
    expect(nothing.text).toBe('[x] — no messages match');
  });

  test('pages back, also where an answer is full before its limit', async () => {
    const { call, relay } = await startAgent('mcp', { limits: { mcpResultBytes: 8_192 } });
    const sent = Array.from({ length: 12 }, (_, i) => `${i} word ${'x'.repeat((i * 397) % 3_000)}`);
    for (const content of sent) await sendDirectly(relay, 'x', content);
    const read: string[] = [];
    let before_id: string | undefined;
    do {
      const page = await call('bridge_receive', { channel: 'x', query: 'word', before_id, limit: 5 });
      expect(messagesOf(page).length).toBeGreaterThan(0);
      read.push(...contentsOf(page));
      before_id = (page.structured['previous_cursor'] as string | null) ?? undefined;
      if (before_id !== undefined) expect(page.text).toContain(`before_id=${before_id}`);
    } while (before_id !== undefined);
    expect(read).toEqual(sent.toReversed());
  });

  test('looks only behind since_id, and says so when that is not known', async () => {
    const { call, relay } = await startAgent('mcp');
    const { id: since_id } = await sendDirectly(relay, 'x', 'ant 1');
    await sendDirectly(relay, 'x', 'ant 2');
    const query = { channel: 'x', query: 'ant' };
    expect(contentsOf(await call('bridge_receive', { ...query, since_id }))).toEqual(['ant 2']);
    const stale = await call('bridge_receive', { ...query, since_id: 'nope' });
    expect(stale.structured).toMatchObject({ messages: [], warning: 'since_id_not_found' });
    expect(stale.text).toContain('cursor stale');
  });

  test('counts as no reading, and does not ask where the consumer stands', async () => {
    const { call, relay } = await startAgent('mcp');
    const { id: message_id } = await sendDirectly(relay, 'x', 'ant 1');
    const bob = { channel: 'x', consumer_id: 'bob' };
    await call('bridge_ack', { ...bob, message_id });
    await sendDirectly(relay, 'x', 'ant 2');
    const answer = await call('bridge_receive', { ...bob, query: 'ant' });
    expect(contentsOf(answer)).toEqual(['ant 2', 'ant 1']);
    expect(answer.structured).toMatchObject({ consumer_id: 'bob' });
    expect(await relay.consumers.list({}, tester)).toMatchObject([{ consumer_id: 'bob', unread: 1 }]);
  });

  test.each([
    ['???', 'invalid_value'],
    ['a '.repeat(65), 'too_many'],
    ['a'.repeat(1_001), 'too_long'],
    [5, 'invalid_type'],
  ])('is an error that says why where there is nothing to look for: %j', async (query, code) => {
    const { call } = await startAgent('mcp');
    const { isError, structured } = await call('bridge_receive', { channel: 'x', query });
    expect(isError).toBe(true);
    expect(structured).toMatchObject({ code, field: 'query' });
  });

  test('takes half a character for what it is', async () => {
    const { call } = await startAgent('mcp');
    const { isError } = await call('bridge_receive', { channel: 'x', query: 'a \ud800 b' });
    expect(isError).toBe(false);
  });
});

describe('bridge_status', () => {
  test.each(transports)('says what is open in each channel and since when (%s)', async (transport) => {
    const { call, relay } = await startAgent(transport);
    const task = { schema_version: 1, type: 'task', content: 'sweep', thread_id: 't' };
    const { timestamp } = await sendDirectly(relay, 'x', JSON.stringify(task));
    await sendDirectly(relay, 'y', 'nothing to do');
    const { text, structured } = await call('bridge_status');
    expect(structured).toMatchObject({
      channels: [
        { channel: 'x', open: 1, oldest_open_ts: timestamp },
        { channel: 'y', open: 0, oldest_open_ts: null },
      ],
      open_questions: 1,
    });
    expect(text).toContain(`[x] — 1 total, 1 open since ${timestamp.slice(0, 19).replace('T', ' ')}\n`);
    expect(text).toContain('[y] — 1 total\n');
    await sendDirectly(relay, 'y', JSON.stringify({ ...task, type: 'result' }));
    expect((await call('bridge_status')).structured).toMatchObject({ open_questions: 0 });
  });
});
