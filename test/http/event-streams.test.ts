import { beforeAll, describe, expect, test } from 'vitest';
import type { StateResponse } from '../../src-shared/api/state.ts';
import { follow, openEvents, type Frame } from '../support/event-reader.ts';
import { bearer, call, get, post, send, state, type Target } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { head, RawConnection } from '../support/raw-http.ts';
import { expectError } from './expect-answer.ts';

/** Streams under load: slow readers, bursts, readers that come and go, caps (4.6, 4.7, 10.1 rows 4 to 14). */

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay({ args: ['--max-sse', '200', '--max-sse-per-channel', '200'] });
});

/** Sends `count` messages, `width` at a time. Their contents are their numbers and a padding. */
async function sendMany(
  target: Target,
  channel: string,
  { count, width = 32, padding = 0 }: { count: number; width?: number; padding?: number },
): Promise<void> {
  const numbers = Array.from({ length: count }, (_, n) => n).values();
  const sender = async () => {
    for (const n of numbers) await send(target, { channel, content: `${n} ${'x'.repeat(padding)}` });
  };
  await Promise.all(Array.from({ length: width }, sender));
}

/** Asks until the relay is in the wanted state. */
async function untilState(target: Target, wanted: (state: StateResponse) => boolean): Promise<StateResponse> {
  for (;;) {
    const now = await state(target);
    if (wanted(now)) return now;
  }
}

/** That a reader got every message of the channel exactly once and in order. */
function expectComplete(frames: readonly Frame[], count: number): void {
  const seqs = frames.filter(({ event }) => event === 'message').map(({ data }) => Number(data['seq']));
  expect(seqs).toHaveLength(count);
  expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  expect(new Set(seqs).size).toBe(count);
}

describe('a reader that is slow', () => {
  test('10.1 row 4: loses nothing and doubles nothing, however far it falls behind, and costs the others nothing', async () => {
    const count = 2000;
    using slow = await follow(relay, 'slow');
    using quick = await follow(relay, 'slow');
    slow.pause();
    const sending = sendMany(relay, 'slow', { count, padding: 8000 });
    const seen = quick.take(count);
    await sending;
    expectComplete(await seen, count);
    // More was sent than sockets hold, so the relay must have noticed; else this test would show nothing.
    await untilState(relay, ({ sse_lagging }) => sse_lagging === 1);
    expect(await state(relay)).toMatchObject({ sse_subscribers: 2, sse_dropped_events: 0 });
    slow.resume();
    expectComplete(await slow.take(count), count);
    // It is live again, for what comes next and for a clear.
    await send(relay, { channel: 'slow', content: 'live' });
    await post(relay, '/api/clear', { channel: 'slow' });
    expect((await slow.take(2)).map(({ event, data }) => data['content'] ?? event)).toEqual([
      'live',
      'clear',
    ]);
    await untilState(relay, ({ sse_lagging }) => sse_lagging === 0);
  });

  test('is not forgotten after a message that is larger than what may be kept for it', async () => {
    await using tight = await startRelay({ args: ['--subscriber-buffer-bytes', '16384'] });
    using stream = await follow(tight, 'tight');
    for (const content of ['x'.repeat(30_000), 'y'.repeat(100_000), 'z']) {
      await send(tight, { channel: 'tight', content });
      expect((await stream.next())?.data['content']).toBe(content);
    }
  });

  test('may go away while it is behind', async () => {
    using slow = await follow(relay, 'leaves');
    slow.pause();
    await sendMany(relay, 'leaves', { count: 1500, padding: 8000 });
    await untilState(relay, ({ sse_lagging }) => sse_lagging === 1);
    slow.close();
    await untilState(relay, ({ sse_subscribers }) => sse_subscribers === 0);
    expect(await state(relay)).toMatchObject({ sse_lagging: 0 });
  });
});

describe('many readers', () => {
  test('under a burst all get the same, in the order of seq', async () => {
    const streams = await Promise.all(Array.from({ length: 10 }, () => follow(relay, 'burst')));
    await sendMany(relay, 'burst', { count: 500, width: 64 });
    for (const stream of streams) {
      expectComplete(await stream.take(500), 500);
      stream.close();
    }
  });

  test('a reader that drops off and resumes all the time still gets everything once', async () => {
    const count = 300;
    const { id } = await send(relay, { channel: 'flaky', content: 'start' });
    const sending = sendMany(relay, 'flaky', { count, width: 8 });
    const frames: Frame[] = [];
    let cursor = id;
    while (frames.length < count) {
      using stream = await follow(relay, 'flaky', { 'Last-Event-ID': cursor });
      const taken = await stream.take(Math.min(7, count - frames.length));
      frames.push(...taken);
      cursor = taken.at(-1)?.id ?? cursor;
    }
    await sending;
    expectComplete(frames, count);
  });

  test('a hundred that come and go leave none behind', async () => {
    for (let round = 0; round < 2; round++) {
      const streams = await Promise.all(
        Array.from({ length: 100 }, (_, n) => follow(relay, `crowd-${n % 10}`)),
      );
      await untilState(relay, ({ sse_subscribers }) => sse_subscribers === 100);
      for (const [n, stream] of streams.entries()) {
        if (n % 2 === 0) stream.close();
        // Not every client says goodbye properly.
        else stream.response.socket.resetAndDestroy();
      }
      await untilState(relay, ({ sse_subscribers }) => sse_subscribers === 0);
    }
    expect(relay.stderr).not.toMatch(/"level":(50|60)/);
  });

  test('10.1 row 11: those that are gone before their stream begins leave none behind either', async () => {
    const { id } = await send(relay, { channel: 'hasty' });
    for (let n = 0; n < 30; n++) {
      const connection = await RawConnection.open(relay);
      connection.write(
        head(
          'GET /events/channel/hasty HTTP/1.1',
          'Host: localhost',
          ...(n % 2 ? [`Last-Event-ID: ${id}`] : []),
        ),
      );
      connection.close();
    }
    await untilState(relay, ({ sse_subscribers }) => sse_subscribers === 0);
  });
});

describe('caps', () => {
  test('a slot is free again when its reader has gone', async () => {
    await using single = await startRelay({ args: ['--max-sse', '1'] });
    const first = await follow(single, 'a');
    expectError(await get(single, '/events/channel/b'), 503, 'too_many_subscribers');
    first.close();
    await untilState(single, ({ sse_subscribers }) => sse_subscribers === 0);
    using _next = await follow(single, 'b');
  });

  test('neither HEAD nor a refused request takes a slot', async () => {
    await using guarded = await startRelay({
      args: ['--max-sse', '1'],
      env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'example' },
    });
    for (let n = 0; n < 3; n++) {
      await call(guarded, 'HEAD', '/events/channel/x', { headers: bearer('example') });
      await get(guarded, '/events/channel/x');
      await get(guarded, '/events/channel/', bearer('example'));
    }
    using _stream = await follow(guarded, 'x', bearer('example'));
    expect(await state(guarded, bearer('example'))).toMatchObject({ sse_subscribers: 1 });
  });
});

describe('replay=all', () => {
  test('10.1 row 6: a reader that asks for it is read forward past the limit and then live', async () => {
    await using limited = await startRelay({ args: ['--sse-replay-limit', '10'] });
    const { id } = await send(limited, { channel: 'all', content: 'start' });
    await sendMany(limited, 'all', { count: 120 });
    using stream = await openEvents(limited, `/events/channel/all?replay=all&since_id=${id}`);
    expectComplete(await stream.take(120), 120);
    await send(limited, { channel: 'all', content: 'live' });
    expect((await stream.next())?.data['content']).toBe('live');
  });
});

describe('the body of a stream', () => {
  /** Opens a stream by hand and sends a message to its channel. Returns what came behind the head. */
  async function bodyOf(version: string, channel: string): Promise<string> {
    const connection = await RawConnection.open(relay);
    connection.write(head(`GET /events/channel/${channel} HTTP/${version}`, `Host: localhost:${relay.port}`));
    await connection.receivedText('\r\n\r\n');
    await send(relay, { channel, content: 'first' });
    await connection.receivedText('"first"');
    await send(relay, { channel, content: 'second' });
    await connection.receivedText('"preview": "second"');
    connection.close();
    return connection.received.split('\r\n\r\n').slice(1).join('\r\n\r\n');
  }

  test('consists of chunks, whose lengths are right', async () => {
    const body = await bodyOf('1.1', 'chunked');
    const [size = ''] = body.split('\r\n', 1);
    const frames = body.slice(size.length + 2, size.length + 2 + parseInt(size, 16));
    expect(frames).toMatch(/^id: .*\r\nevent: message\r\ndata: \{.*"first".*\}\r\n\r\n$/);
    expect(body.slice(size.length + 2 + frames.length)).toMatch(
      /^\r\n[\da-f]+\r\nid: .*\r\nevent: message\r\n/,
    );
  });

  test('consists of the frames alone for a client that knows no chunks', async () => {
    expect(await bodyOf('1.0', 'plain')).toMatch(
      /^id: .*\r\nevent: message\r\ndata: \{.*"first".*\}\r\n\r\nid: /,
    );
  });
});
