import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AuditResponse } from '../../src-shared/api/audit.ts';
import type { PauseResponse } from '../../src-shared/api/pausing.ts';
import type { StateResponse } from '../../src-shared/api/state.ts';
import { expectError } from '../http/expect-answer.ts';
import { connect, type Agent } from '../mcp/sdk-client.ts';
import { follow, openEvents } from '../support/event-reader.ts';
import { bearer, get, list, post, send, state } from '../support/http-client.ts';
import { anyText } from '../support/matchers.ts';
import { overStdio } from '../support/over-stdio.ts';
import { scratchDirectory, startRelay, type Relay } from '../support/program.ts';
import { ack, untilWaiting, wait, waitPath } from './requests.ts';

/** A paused relay over HTTP and MCP: it stores, hands nothing out, and says so (wire specification 6.10). */

let relay: Relay;
let database: string;

beforeAll(async () => {
  database = join(scratchDirectory(), 'shared.db');
  relay = await startRelay({ args: ['--db', database, '--audit-log'] });
});

afterEach(() => resume());

async function pause(target = relay): Promise<PauseResponse> {
  const answer = await post(target, '/api/relay/pause', {}, bearer(target.localToken));
  expect(answer.status, answer.text).toBe(200);
  return answer.body as PauseResponse;
}

async function resume(target = relay): Promise<PauseResponse> {
  const answer = await post(target, '/api/relay/resume', {}, bearer(target.localToken));
  expect(answer.status, answer.text).toBe(200);
  return answer.body as PauseResponse;
}

describe('while it is paused', () => {
  test('sends are stored and say so, and everything lies there afterwards', async () => {
    await pause();
    const answer = await send(relay, { channel: 'sends', content: '1' });
    expect(answer).toMatchObject({ paused: true, deduplicated: false });
    expect(await list(relay, 'sends')).toEqual({ channel: 'sends', messages: [], warning: 'paused' });
    await resume();
    expect(await send(relay, { channel: 'sends', content: '2' })).not.toHaveProperty('paused');
    expect((await list(relay, 'sends')).messages.map(({ preview }) => preview)).toEqual(['1', '2']);
  });

  test('every way of reading answers with nothing, the cursor as it was, and a word', async () => {
    const { id } = await send(relay, { channel: 'reads', content: 'findable' });
    await send(relay, { channel: 'reads' });
    await pause();
    expect(await list(relay, 'reads', { since_id: id })).toEqual({
      ...{ channel: 'reads', messages: [], next_cursor: id, warning: 'paused' },
    });
    expect(await list(relay, 'reads', { before_id: id })).toMatchObject({
      ...{ messages: [], previous_cursor: null, warning: 'paused' },
    });
    expect(await list(relay, 'reads', { consumer_id: 'c' })).toMatchObject({
      ...{ messages: [], next_cursor: null, consumer_id: 'c', warning: 'paused' },
    });
    for (const path of [
      '/api/search?q=findable',
      `/api/threads?id=${id}`,
      '/api/messages?channel=reads&open=1',
    ]) {
      const { text, body } = await get(relay, path);
      expect(body).toMatchObject({ warning: 'paused' });
      expect(text).not.toContain('alice');
    }
    expectError(await get(relay, `/api/messages/${id}`), 503, 'paused');
    // What became of messages, and what there is, may be known.
    expect((await get(relay, `/api/messages/${id}/receipts`)).status).toBe(200);
    expect((await state(relay)).channels.find((channel) => channel.id === 'reads')?.count).toBe(2);
  });

  test('waits end at once, those under way and new ones', async () => {
    const { id } = await send(relay, { channel: 'waits' });
    const waiting = get(relay, waitPath({ channel: 'waits', since_id: id, timeout_seconds: '55' }));
    await untilWaiting(relay, 1);
    await pause();
    const paused = { messages: [], next_cursor: id, warning: 'paused', timed_out: true };
    expect((await waiting).body).toMatchObject(paused);
    expect(await wait(relay, { channel: 'waits', since_id: id, timeout_seconds: '55' })).toMatchObject(
      paused,
    );
    await send(relay, { channel: 'waits', content: 'held' });
    await resume();
    const [message] = (await wait(relay, { channel: 'waits', since_id: id })).messages;
    expect(message?.content).toBe('held');
  });

  test('nothing counts as read, acks are taken, and channels can be cleared', async () => {
    const { id } = await send(relay, { channel: 'acks' });
    await pause();
    await list(relay, 'acks', { consumer_id: 'c' });
    expect((await get(relay, '/api/consumers?channel=acks')).body).toMatchObject({ consumers: [] });
    expect(await ack(relay, { channel: 'acks', consumer_id: 'c', message_id: id })).toMatchObject({
      advanced: true,
    });
    expect((await post(relay, '/api/clear', { channel: 'acks' })).status).toBe(200);
  });

  test('the overview says since when, and how much is held', async () => {
    expect(await state(relay)).toMatchObject({ paused: false, paused_since: null, held_messages: 0 });
    const since = (await pause()).paused_since;
    expect(since).toEqual(anyText);
    await send(relay, { channel: 'held' });
    await send(relay, { channel: 'held' });
    const held = { paused: true, paused_since: since, held_messages: 2 };
    expect(await state(relay)).toMatchObject(held);
    expect(await pause()).toEqual(held);
    expect(await resume()).toEqual({ paused: false, paused_since: null, held_messages: 0 });
  });
});

describe('streams', () => {
  test('stay open, are told in frames that can be resumed from, and then get what lies between', async () => {
    using stream = await follow(relay, 'streams');
    await pause();
    const paused = await stream.next();
    expect(paused).toMatchObject({ event: 'paused', data: { id: paused?.id, timestamp: anyText } });
    await send(relay, { channel: 'streams', content: 'held' });
    await resume();
    expect((await stream.next())?.data['content']).toBe('held');
    const resumed = await stream.next();
    expect(resumed).toMatchObject({ event: 'resumed', data: { id: resumed?.id } });

    using again = await follow(relay, 'streams', { 'Last-Event-ID': paused?.id });
    expect((await again.take(2)).map(({ id }) => id)).toEqual([anyText, resumed?.id]);
    const since = await list(relay, 'streams', { since_id: paused?.id ?? '' });
    expect(since.messages.map(({ preview }) => preview)).toEqual(['held']);
  });

  test('that open meanwhile are told without a place, since nothing was handed out to them', async () => {
    await pause();
    using stream = await openEvents(relay, '/events?all=1');
    expect(await stream.next()).toEqual({ id: undefined, event: 'paused', data: {}, raw: anyText });
    await send(relay, { channel: 'meanwhile', content: 'held' });
    await resume();
    expect((await stream.take(2)).map(({ event }) => event)).toEqual(['message', 'resumed']);
  });

  test('end with the relay, which is still paused when it comes back', async () => {
    const first = await startRelay();
    using stream = await follow(first, 'x');
    await pause(first);
    const paused = await stream.next();
    await send(first, { channel: 'x', content: 'held' });
    await first.stop();
    await stream.closed;
    expect(stream.response.complete).toBe(true);
    await using again = await startRelay({ home: first.home });
    expect(await state(again)).toMatchObject({ paused: true, held_messages: 1 });
    expect(again.stdout).toMatch(/⚠ Paused since .*: messages are stored, and none is handed out/);
    using resumedStream = await follow(again, 'x', { 'Last-Event-ID': paused?.id });
    expect(await resumedStream.next()).toMatchObject({ event: 'paused', id: undefined });
    await resume(again);
    expect((await resumedStream.next())?.data['content']).toBe('held');
  });
});

test('only administrators may, and the audit log says who did', async () => {
  for (const path of ['/api/relay/pause', '/api/relay/resume']) {
    expectError(await post(relay, path, {}), 403, 'missing_right');
    expectError(await get(relay, path), 405, 'method_not_allowed');
  }
  const rows = async (event: string) => {
    const { body } = await get(relay, `/api/audit?event=${event}&limit=1000`);
    return (body as AuditResponse).events;
  };
  const before = (await rows('relay_resume')).length;
  await pause();
  await pause();
  await resume();
  await expect.poll(() => rows('relay_resume')).toHaveLength(before + 1);
  const [newest] = await rows('relay_resume');
  expect(newest).toMatchObject({ channel: null, by: 'the local token', ip: '127.0.0.1' });
  // Pausing what is paused is no event.
  expect(await rows('relay_pause')).toHaveLength(before + 1);
});

describe('two processes on one database', () => {
  async function agent(): Promise<Agent['call']> {
    const { call } = await connect(overStdio(scratchDirectory(), ['--db', database]));
    return call;
  }

  test('agree at once, and the tools say it in words', async () => {
    const use = await agent();
    const { id } = await send(relay, { channel: 'tools', content: 'before' });
    const waiting = use('bridge_wait', { channel: 'tools', since_id: id, timeout_seconds: 200 });
    await pause();
    const inWords = /the bridge is paused by its owner/;
    const waited = await waiting;
    expect(waited.text).toMatch(inWords);
    expect(waited.structured).toMatchObject({ warning: 'paused', messages: [], next_cursor: id });
    expect((await use('bridge_receive', { channel: 'tools' })).text).toMatch(inWords);
    expect((await use('bridge_receive', { channel: 'tools', query: 'before' })).text).toMatch(inWords);
    const sent = await use('bridge_send', { channel: 'tools', sender: 'a', content: 'held' });
    expect(sent.text).toMatch(inWords);
    expect(sent.structured).toMatchObject({ paused: true });
    const ping = await use('bridge_ping');
    expect(ping.text).toMatch(/^Paused since .*the bridge is paused/m);
    expect(ping.structured).toMatchObject({ paused: true });
    const status = await use('bridge_status');
    expect(status.text).toMatch(/^Paused since .*the bridge is paused/);
    expect(status.text).not.toContain('before');
    expect(status.structured).toMatchObject({ paused: true });

    await resume();
    expect((await use('bridge_receive', { channel: 'tools', since_id: id })).text).toContain('held');
    expect((await use('bridge_status')).structured).toMatchObject({ paused: false });
  });

  test('two relays: streams and waits of the one follow what the other is told', async () => {
    await using other = await startRelay({ args: ['--db', database] });
    using stream = await follow(other, 'both');
    const { id } = await send(relay, { channel: 'both', content: 'first' });
    expect((await stream.next())?.id).toBe(id);
    const waiting = get(other, waitPath({ channel: 'both', since_id: id, timeout_seconds: '55' }));
    await untilWaiting(other, 1);
    await pause();
    expect((await waiting).body).toMatchObject({ warning: 'paused' });
    expect((await stream.next())?.event).toBe('paused');
    expect(await list(other, 'both')).toMatchObject({ messages: [], warning: 'paused' });
    expect(((await get(other, '/api/state')).body as StateResponse).paused).toBe(true);
    await send(relay, { channel: 'both', content: 'held' });
    await resume(other);
    expect((await stream.take(2)).map(({ event }) => event)).toEqual(['message', 'resumed']);
    expect((await list(relay, 'both')).messages).toHaveLength(2);
  });
});
