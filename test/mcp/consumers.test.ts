import { describe, expect, test } from 'vitest';
import { sendDirectly, tester } from './relay-directly.ts';
import { contentsOf, messagesOf } from './sdk-client.ts';
import { connectOver, startAgent, transports } from './transports.ts';

const bob = { channel: 'x', consumer_id: 'bob' };

describe('a consumer', () => {
  test.each(transports)('gets what it has not acknowledged, again and again (%s)', async (transport) => {
    const { call, relay } = await startAgent(transport);
    const [, second] = [await sendDirectly(relay, 'x', 'a'), await sendDirectly(relay, 'x', 'b')];
    await sendDirectly(relay, 'x', 'c');
    const page = await call('bridge_receive', bob);
    expect(page.structured).toMatchObject({ consumer_id: 'bob', warning: null });
    expect(contentsOf(page)).toEqual(['a', 'b', 'c']);
    expect(contentsOf(await call('bridge_receive', bob))).toEqual(['a', 'b', 'c']);

    const acked = await call('bridge_ack', { ...bob, message_id: second.id });
    expect(acked.text).toBe(`✓ [bob] acknowledged up to ${second.id} in [x] (seq: ${second.seq})`);
    expect(acked.structured).toEqual({
      consumer_id: 'bob',
      channel: 'x',
      last_seq: second.seq,
      last_message_id: second.id,
      updated_at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      advanced: true,
    });
    expect(contentsOf(await call('bridge_receive', bob))).toEqual(['c']);
  });

  test('keeps its position: acknowledging backwards changes nothing and says so', async () => {
    const { call, relay } = await startAgent('mcp');
    const first = await sendDirectly(relay, 'x', 'a');
    const second = await sendDirectly(relay, 'x', 'b');
    await call('bridge_ack', { ...bob, message_id: second.id, metadata: { step: 1 } });
    const { text, structured } = await call('bridge_ack', { ...bob, message_id: first.id });
    expect(structured).toMatchObject({ advanced: false, last_seq: second.seq });
    expect(text).toContain('had already acknowledged');
  });

  test.each([
    ['a message of another channel', { message_id: 'foreign' }, 'message_id', 'not_found'],
    ['a message without an id', {}, 'message_id', 'invalid_type'],
    ['metadata that is no object', { message_id: 'm', metadata: 'text' }, 'metadata', 'invalid_type'],
  ])('cannot acknowledge %s', async (_what, input, field, code) => {
    const { call } = await startAgent('mcp');
    const { isError, structured } = await call('bridge_ack', { ...bob, ...input });
    expect(isError).toBe(true);
    expect(structured).toMatchObject({ field, code });
  });

  test('is named by the one cursor that was asked for if both are given', async () => {
    const { call, relay } = await startAgent('mcp');
    const first = await sendDirectly(relay, 'x', 'a');
    await sendDirectly(relay, 'x', 'b');
    const page = await call('bridge_receive', { ...bob, since_id: first.id });
    expect(contentsOf(page)).toEqual(['b']);
    expect(page.structured).toMatchObject({ consumer_id: 'bob' });
  });
});

describe('paging back', () => {
  test('walks to the beginning without a gap, whatever fits into an answer', async () => {
    const { call, relay } = await startAgent('mcp', { limits: { mcpResultBytes: 8_192 } });
    const sent = Array.from({ length: 30 }, (_, i) => `${i}:${'x'.repeat((i * 397) % 5_000)}`);
    for (const content of sent) await sendDirectly(relay, 'x', content);
    const [newest] = messagesOf(await call('bridge_receive', { channel: 'x', limit: 1 }));
    const read = [newest?.content];
    let before_id = newest?.id;
    for (;;) {
      const page = await call('bridge_receive', { channel: 'x', before_id, limit: 7 });
      if (messagesOf(page).length === 0) {
        expect(page.text).toBe(`[x] — no messages before ${before_id?.slice(0, 8) ?? ''}`);
        break;
      }
      read.unshift(...contentsOf(page));
      expect(page.structured['previous_cursor']).toBe(messagesOf(page)[0]?.id);
      if (page.structured['truncated'] === true) {
        expect(page.text).toContain(`before_id=${messagesOf(page)[0]?.id ?? ''}`);
      }
      before_id = messagesOf(page)[0]?.id;
    }
    expect(read).toEqual(sent);
  });

  test('before an unknown message is a stale cursor', async () => {
    const { call } = await startAgent('mcp');
    const { text, structured } = await call('bridge_receive', { channel: 'x', before_id: 'nowhere' });
    expect(text).toContain('before_id nowhere not found (cursor stale)');
    expect(structured).toMatchObject({ warning: 'since_id_not_found', messages: [] });
  });
});

test('a cursor that was cleared tells how much is gone at most', async () => {
  const { call, relay } = await startAgent('mcp');
  const first = await sendDirectly(relay, 'x', 'a');
  await sendDirectly(relay, 'x', 'b');
  await relay.clear({ channel: 'x' }, tester);
  const { text, structured } = await call('bridge_receive', { channel: 'x', since_id: first.id });
  expect(structured).toMatchObject({
    warning: 'since_id_not_found',
    history_lost: { removed: 2, since: expect.any(String) as string },
  });
  expect(text).toContain('At most 2 message(s) were removed since');
});

test('receipts come when they are asked for: read, then acknowledged', async () => {
  const { call, relay } = await startAgent('mcp');
  const { id } = await sendDirectly(relay, 'x', 'a');
  const asked = { channel: 'x', include_receipts: true };
  const before = await call('bridge_receive', asked);
  expect(before.structured['messages']).toMatchObject([{ id, receipts: [] }]);
  expect(before.text).toContain('receipts: none');
  await call('bridge_receive', bob);
  await expect.poll(async () => (await relay.consumers.receipts(id, tester)).receipts).toHaveLength(1);
  await call('bridge_ack', { ...bob, message_id: id });
  const after = await call('bridge_receive', asked);
  expect(after.structured['messages']).toMatchObject([
    {
      receipts: [
        {
          consumer_id: 'bob',
          read_at: expect.any(String) as string,
          acked_at: expect.any(String) as string,
        },
      ],
    },
  ]);
  expect(after.text).toMatch(/receipt: bob read .*, acknowledged /);
  expect(messagesOf(await call('bridge_receive', { channel: 'x' }))[0]).not.toHaveProperty('receipts');
});

test('bridge_status shows how far each consumer is', async () => {
  const { call, relay } = await startAgent('mcp');
  const first = await sendDirectly(relay, 'x', 'a');
  await call('bridge_ack', { ...bob, message_id: first.id });
  await sendDirectly(relay, 'x', 'b');
  const { text, structured } = await call('bridge_status');
  expect(structured).toMatchObject({
    consumers: [{ consumer_id: 'bob', channel: 'x', acked_seq: first.seq, unread: 1, stuck: false }],
    consumers_omitted: 0,
  });
  expect(text).toContain(`  • bob on [x]: 1 unread (acknowledged up to ${first.seq}, `);
});

test('bridge_status keeps to its size with many consumers, and counts those it leaves out', async () => {
  const { call, relay } = await startAgent('mcp', { limits: { mcpResultBytes: 8_192 } });
  const { id } = await sendDirectly(relay, 'x', 'a');
  for (let i = 0; i < 60; i++) {
    await relay.consumers.ack({ channel: 'x', consumer_id: `reader-${i}`, message_id: id }, tester);
  }
  const { text, structured } = await call('bridge_status');
  const listed = structured['consumers'] as unknown[];
  expect(listed.length).toBeGreaterThan(5);
  expect(structured['consumers_omitted']).toBe(60 - listed.length);
  expect(text).toContain(`… and ${60 - listed.length} more`);
  expect(structured['truncated']).toBe(true);
  expect(Buffer.byteLength(JSON.stringify(structured))).toBeLessThanOrEqual(8_192);
});

test('bridge_ping tells who is here, by transport and client, and who waits', async () => {
  const bridge = await startAgent('mcp');
  const { call, relay } = bridge;
  for (const transport of transports) {
    const agent = await connectOver(transport, bridge);
    await agent.call('bridge_send', { channel: 'x', sender: `over ${transport}`, content: 'c' });
  }
  const waiting = call('bridge_wait', { channel: 'y', consumer_id: 'bob' });
  await expect.poll(() => relay.waiting).toBe(1);
  const { text, structured } = await call('bridge_ping');
  expect(structured).toMatchObject({ agents_present: 4, waiting: 1, streaming: 0 });
  expect(structured['agents']).toHaveLength(4);
  expect(text).toContain('Waiting: 1, streaming: 0');
  expect(await relay.consumers.agents(tester)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        name: 'over mcp',
        transport: 'mcp',
        client: { name: 'test-agent', version: '0.1' },
      }),
      expect.objectContaining({ name: 'over sse', transport: 'sse', principal: 'a client on this machine' }),
      expect.objectContaining({ name: 'over stdio', transport: 'stdio', address: null }),
      expect.objectContaining({ name: 'bob', waiting: ['y'] }),
    ]),
  );
  await sendDirectly(relay, 'y', 'c');
  await waiting;
});
