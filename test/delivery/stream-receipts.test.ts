import { beforeAll, describe, expect, test } from 'vitest';
import type { AgentsResponse } from '../../src-shared/api/agents.ts';
import { follow, openEvents } from '../support/event-reader.ts';
import { get, list, send } from '../support/http-client.ts';
import { anyText } from '../support/matchers.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { ack, consumers, muchCount, receipts, sendMuch, sendSeveral, until, untilRead } from './requests.ts';

/** Reads and acks on event streams: those of others as events, and those that a stream itself makes. */

let relay: Relay;

beforeAll(async () => {
  // Takes all that a reader does not read, so that taken and written out are not nearly the same.
  relay = await startRelay({ args: ['--subscriber-buffer-bytes', '67108864'] });
});

describe('include=receipts', () => {
  test('carries reads and acks as events with ids to resume from', async () => {
    using stream = await openEvents(relay, '/events/channel/told?include=receipts');
    using plain = await follow(relay, 'told');
    const [one, two] = await sendSeveral(relay, 'told', 2);
    await list(relay, 'told', { consumer_id: 'bob' });
    await untilRead(relay, { channel: 'told', consumer_id: 'bob', seq: two?.seq ?? 0 });
    await ack(relay, { channel: 'told', consumer_id: 'bob', message_id: one?.id ?? '' });
    const frames = (await stream.take(4)).slice(2);
    const base = { channel: 'told', consumer_id: 'bob', timestamp: anyText };
    expect(frames.map(({ event, data }) => [event, data])).toEqual([
      ['receipt', { ...base, kind: 'read', first_seq: one?.seq, last_seq: two?.seq, id: frames[0]?.id }],
      ['receipt', { ...base, kind: 'acked', first_seq: 1, last_seq: one?.seq, id: frames[1]?.id }],
    ]);
    using resumed = await openEvents(relay, '/events?channel=told&channel=x&include=receipts', {
      'Last-Event-ID': frames[0]?.id,
    });
    expect((await resumed.next())?.id).toBe(frames[1]?.id);

    // Without being asked for they never come, live or replayed.
    const { id } = await send(relay, { channel: 'told', content: 'end' });
    expect((await plain.take(3)).map((frame) => frame.id)).toEqual([one?.id, two?.id, id]);
    using replayed = await follow(relay, 'told', { 'Last-Event-ID': two?.id });
    expect((await replayed.next())?.id).toBe(id);
    using fromReceipt = await follow(relay, 'told', { 'Last-Event-ID': frames[1]?.id });
    expect((await fromReceipt.next())?.id).toBe(id);
  });

  test('carries those of all channels', async () => {
    using all = await openEvents(relay, '/events?all=1&include=receipts');
    const { id: message_id } = await send(relay, { channel: 'some' });
    await ack(relay, { channel: 'some', consumer_id: 'carol', message_id });
    expect((await all.take(2)).map(({ event }) => event)).toEqual(['message', 'receipt']);
  });

  test('receipts do not count towards the replay limit of those who did not ask for them', async () => {
    await using limited = await startRelay({ args: ['--sse-replay-limit', '2'] });
    const { id } = await send(limited, { channel: 'many', content: 'start' });
    for (const message_id of (await sendSeveral(limited, 'many', 2)).map((sent) => sent.id)) {
      for (let n = 0; n < 30; n++) await ack(limited, { channel: 'many', consumer_id: `c${n}`, message_id });
    }
    using stream = await follow(limited, 'many', { 'Last-Event-ID': id });
    expect((await stream.take(2)).map(({ data }) => data['content'])).toEqual(['1', '2']);
    const live = await send(limited, { channel: 'many', content: 'live' });
    expect((await stream.next())?.id).toBe(live.id);
  });
});

describe('consumer_id on a stream', () => {
  test('reads in that name, on each of its channels, replayed and live', async () => {
    const [one, two] = await sendSeveral(relay, 'n1', 2);
    const other = await send(relay, { channel: 'n2' });
    const path = `/events?channel=n1&channel=n2&consumer_id=bob&since_id=${one?.id ?? ''}`;
    using stream = await openEvents(relay, path);
    await stream.take(2);
    await untilRead(relay, { channel: 'n1', consumer_id: 'bob', seq: two?.seq ?? 0 });
    await untilRead(relay, { channel: 'n2', consumer_id: 'bob', seq: other.seq });
    const live = await send(relay, { channel: 'n1', content: 'live' });
    await stream.take(1);
    await untilRead(relay, { channel: 'n1', consumer_id: 'bob', seq: live.seq });
    expect(await receipts(relay, live.id)).toEqual([
      { consumer_id: 'bob', read_at: anyText, acked_at: null },
    ]);
    // What lay before its cursor was never handed out.
    expect(await receipts(relay, one?.id ?? '')).toEqual([]);
  });

  test('shows as streaming while it is open', async () => {
    const streaming = async () =>
      ((await get(relay, '/api/agents')).body as AgentsResponse).agents.find(({ name }) => name === 'erin')
        ?.streaming;
    using stream = await openEvents(relay, '/events?all=1&consumer_id=erin');
    expect(await streaming()).toEqual(['*']);
    stream.close();
    expect(await until(streaming, (channels) => channels?.length === 0)).toEqual([]);
  });

  test('has read only what was written out: not what waits for a reader that does not read', async () => {
    using stream = await openEvents(relay, '/events/channel/stalled?consumer_id=slow');
    stream.pause();
    const last = await sendMuch(relay, 'stalled');
    await list(relay, 'stalled', { consumer_id: 'control', limit: '500' });
    await untilRead(relay, { channel: 'stalled', consumer_id: 'control', seq: 1 });
    const [stalled] = await consumers(relay, { channel: 'stalled', consumer_id: 'slow' });
    expect(stalled?.read_seq).toBeLessThan(last);
    expect(stalled?.unread).toBeGreaterThan(0);
    stream.resume();
    await stream.take(muchCount);
    expect(await untilRead(relay, { channel: 'stalled', consumer_id: 'slow', seq: last })).toMatchObject({
      unread: 0,
    });
  });

  test('that breaks off has not read what was left', async () => {
    using stream = await openEvents(relay, '/events/channel/broken?consumer_id=gone');
    stream.pause();
    const last = await sendMuch(relay, 'broken');
    stream.response.socket.resetAndDestroy();
    await list(relay, 'broken', { consumer_id: 'control', limit: '500' });
    await untilRead(relay, { channel: 'broken', consumer_id: 'control', seq: 1 });
    const states = await consumers(relay, { channel: 'broken', consumer_id: 'gone' });
    expect(states[0]?.read_seq ?? 0).toBeLessThan(last);
  });
});
