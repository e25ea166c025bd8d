import { beforeAll, describe, expect, test } from 'vitest';
import type { SendResponse } from '../../src-shared/api/sending.ts';
import { expectError } from '../http/expect-answer.ts';
import { follow, openEvents, type EventReader, type Frame } from '../support/event-reader.ts';
import { bearer, call, get, post, send, state } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { muchCount, sendMuch, sendSeveral, until } from './requests.ts';

/** One stream for several channels or for all (wire specification 4). */

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay();
});

function contents(frames: readonly Frame[]): unknown[] {
  return frames.map(({ event, data }) => data['content'] ?? event);
}

describe('GET /events', () => {
  test('carries the channels that it names, in the frames of a single channel', async () => {
    using both = await openEvents(relay, '/events?channel=one&channel=two&channel=one');
    using one = await follow(relay, 'one');
    await send(relay, { channel: 'one', content: '1' });
    await send(relay, { channel: 'three', content: 'not this' });
    await send(relay, { channel: 'two', content: '2' });
    await post(relay, '/api/clear', { channel: 'two' });
    const frames = await both.take(3);
    expect(frames.map(({ event, data }) => [event, data['channel']])).toEqual([
      ['message', 'one'],
      ['message', 'two'],
      ['clear', 'two'],
    ]);
    expect(frames[0]?.raw).toBe((await one.next())?.raw);
  });

  test('carries all channels, also those that begin later', async () => {
    using all = await openEvents(relay, '/events?all=1');
    await send(relay, { channel: 'brand-new', content: 'a' });
    await send(relay, { channel: 'another: new/one', content: 'b' });
    expect((await all.take(2)).map(({ data }) => data['channel'])).toEqual(['brand-new', 'another: new/one']);
  });

  test('resumes after an id of any of its channels, clears included', async () => {
    const sent = await sendSeveral(relay, 'r1', 2);
    await sendSeveral(relay, 'r2', 1);
    await post(relay, '/api/clear', { channel: 'r2' });
    await sendSeveral(relay, 'r3', 1);
    await send(relay, { channel: 'r2', content: 'last' });
    const path = '/events?channel=r1&channel=r2';
    using stream = await openEvents(relay, path, { 'Last-Event-ID': sent[0]?.id });
    const frames = await stream.take(3);
    expect(contents(frames)).toEqual(['2', 'clear', 'last']);
    for (const where of [path, '/events?all=1']) {
      using again = await openEvents(relay, `${where}&since_id=${frames[1]?.id ?? ''}`);
      expect(
        (
          await until(
            () => again.take(1),
            ([frame]) => frame?.data['channel'] !== 'r3',
          )
        )[0]?.id,
      ).toBe(frames[2]?.id);
    }
  });

  test('says that an id of none of its channels is stale, and goes on live', async () => {
    const { id } = await send(relay, { channel: 'foreign' });
    using stream = await openEvents(relay, `/events?channel=s1&channel=s2&since_id=${id}`);
    expect((await stream.next())?.event).toBe('cursor_stale');
    await send(relay, { channel: 's2', content: 'live' });
    expect(contents(await stream.take(1))).toEqual(['live']);
  });

  test('counts only what it carries towards the replay limit', async () => {
    await using limited = await startRelay({ args: ['--sse-replay-limit', '3'] });
    const { id } = await send(limited, { channel: 'a', content: 'start' });
    for (let n = 0; n < 3; n++) {
      await send(limited, { channel: 'a', content: `${n}` });
      await sendSeveral(limited, 'noise', 60);
    }
    using fits = await openEvents(limited, `/events?channel=a&channel=b&since_id=${id}`);
    expect(contents(await fits.take(3))).toEqual(['0', '1', '2']);
    await until(
      () => state(limited),
      ({ sse_lagging }) => sse_lagging === 0,
    );
    await send(limited, { channel: 'b', content: 'live' });
    expect(contents(await fits.take(1))).toEqual(['live']);
    using tooMuch = await openEvents(limited, `/events?channel=a&channel=b&since_id=${id}`);
    expect(contents(await tooMuch.rest())).toEqual(['0', '1', '2', 'replay_truncated']);
  });

  test('refuses to carry nothing, too much or what is no channel', async () => {
    expectError(await get(relay, '/events'), 400, 'required', 'channel');
    expectError(await get(relay, '/events?all=0'), 400, 'required', 'channel');
    expectError(await get(relay, '/events?channel='), 400, 'required', 'channel');
    const many = Array.from({ length: 101 }, (_, n) => `channel=${n}`).join('&');
    expectError(await get(relay, `/events?${many}`), 400, 'too_many', 'channel');
    expect(await call(relay, 'HEAD', '/events?all=1')).toMatchObject({ status: 200, text: '' });
  });
});

test('the caps count a stream once in all and once for each channel that it names', async () => {
  await using capped = await startRelay({ args: ['--max-sse', '3', '--max-sse-per-channel', '1'] });
  using pair = await openEvents(capped, '/events?channel=a&channel=b');
  using _all = await openEvents(capped, '/events?all=1');
  for (const path of ['/events/channel/a', '/events/channel/b', '/events?channel=c&channel=b']) {
    expectError(await get(capped, path), 503, 'too_many_channel_subscribers');
  }
  using _third = await openEvents(capped, '/events?channel=c');
  expectError(await get(capped, '/events?all=1'), 503, 'too_many_subscribers');
  expect(await state(capped)).toMatchObject({ sse_subscribers: 3 });
  expect((await send(capped, { channel: 'a' })).listening).toMatchObject({ streaming: 2 });
  pair.close();
  await until(
    () => state(capped),
    ({ sse_subscribers }) => sse_subscribers === 2,
  );
  using _single = await follow(capped, 'a');
});

test('a reader of several channels loses and doubles nothing over a restart in the middle of sends', async () => {
  const each = 40;
  const first = await startRelay();
  let relayNow: Relay = first;
  const start = await send(first, { channel: 'a', content: 'start' });

  /** Sends with a key, again and again until it is told that the message is there. */
  const sendSurely = async (channel: string, n: number): Promise<SendResponse> => {
    const body = { channel, sender: channel, content: `${channel}${n}`, idempotency_key: `${n}` };
    for (;;) {
      const answer = await post(relayNow, '/api/send', body).catch(() => undefined);
      if (answer?.status === 200) return answer.body as SendResponse;
      await new Promise(setImmediate);
    }
  };
  const sending = Promise.all(
    ['a', 'b', 'c'].map(async (channel) => {
      const sent: SendResponse[] = [];
      for (let n = 0; n < each; n++) sent.push(await sendSurely(channel, n));
      return sent;
    }),
  );

  const path = `/events?channel=a&channel=b&since_id=${start.id}`;
  const seen: Frame[] = [];
  const readBefore = await openEvents(first, path);
  seen.push(...(await readBefore.take(20)));
  await first.kill();
  relayNow = await startRelay({ home: first.home });
  let stream: EventReader = await openEvents(relayNow, path, { 'Last-Event-ID': seen.at(-1)?.id });
  while (seen.length < 2 * each) {
    seen.push(...(await stream.take(Math.min(15, 2 * each - seen.length))));
    stream.close();
    stream = await openEvents(relayNow, path, { 'Last-Event-ID': seen.at(-1)?.id });
  }
  const [a = [], b = []] = await sending;
  expect(seen.map(({ id }) => id)).toEqual(
    [...a, ...b].toSorted((x, y) => x.seq - y.seq).map(({ id }) => id),
  );
  // Nothing comes after that.
  const { id } = await send(relayNow, { channel: 'b', content: 'end' });
  expect((await stream.next())?.id).toBe(id);
  stream.close();
});

test('a slow reader of all channels is read forward and gets everything once, in order', async () => {
  const count = 2 * muchCount;
  using slow = await openEvents(relay, '/events?all=1');
  slow.pause();
  await Promise.all(['x1', 'x2'].map((channel) => sendMuch(relay, channel)));
  await until(
    () => state(relay),
    ({ sse_lagging }) => sse_lagging === 1,
  );
  slow.resume();
  const seqs = (await slow.take(count)).map(({ data }) => Number(data['seq']));
  expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
  const { id } = await send(relay, { channel: 'x1' });
  expect((await slow.next())?.id).toBe(id);
});

test('a stream that a browser session opened ends when that does', async () => {
  await using guarded = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'example' } });
  const headers = bearer('example');
  expectError(await get(guarded, '/events?all=1'), 401, 'unauthorized');
  expectError(await get(guarded, '/events?all=1&token=example'), 401, 'unauthorized');
  const signIn = await call(guarded, 'POST', '/api/session', { headers });
  const Cookie = signIn.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  using byCookie = await openEvents(guarded, '/events?channel=a&channel=b', { Cookie });
  using byToken = await openEvents(guarded, '/events?all=1', headers);
  await call(guarded, 'DELETE', '/api/session', { headers: { Cookie } });
  await byCookie.closed;
  await until(
    () => state(guarded, headers),
    ({ sse_subscribers }) => sse_subscribers === 1,
  );
  await send(guarded, { channel: 'a', content: 'still here' }, headers);
  expect(contents(await byToken.take(1))).toEqual(['still here']);
});
