import { beforeAll, describe, expect, test } from 'vitest';
import { startRelay, type Relay } from '../support/program.ts';
import { ClientError, TerminalClient, type StreamEvent } from './terminal-client.ts';
import { anyText, textWith } from '../support/matchers.ts';

/** Section 11.1 of the wire specification: the original's terminal client works unchanged. */

const token = 'example-token';

let relay: Relay;
let client: TerminalClient;

beforeAll(async () => {
  relay = await startRelay({
    env: { CLAUDE_BRIDGE_AUTH_TOKEN: token, CLAUDE_BRIDGE_SSE_REPLAY_LIMIT: '3' },
  });
  client = new TerminalClient(relay, { token });
});

/** The next `count` events of a stream, which is then left. */
async function take(events: AsyncGenerator<StreamEvent, void>, count: number): Promise<StreamEvent[]> {
  const taken: StreamEvent[] = [];
  for await (const event of events) if (taken.push(event) === count) break;
  return taken;
}

describe('11.1 data contract', () => {
  test('state, messages, detail, send and clear have every key that the client reads', async () => {
    const sent = await client.send('demo:w', 'mac', '{"type":"task"}');
    const { channels, total } = await client.state();
    expect(channels).toMatchObject([
      { id: 'demo:w', group: 'demo', name: 'w', count: 1, senders: ['mac'], last_ts: anyText },
    ]);
    expect(total).toBe(1);
    expect(await client.messages('demo:w')).toMatchObject([{ id: sent['id'], preview: '{"type":"task"}' }]);
    expect(await client.message(String(sent['id']))).toMatchObject({
      bytes: 15,
      content_parsed: { type: 'task' },
    });
    expect(await client.clear('demo:w')).toMatchObject({ cleared: 1 });
    expect(await client.messages('demo:w')).toEqual([]);
  });

  test('it reads on from its last id', async () => {
    const first = await client.send('since', 'mac', '1');
    await client.send('since', 'mac', '2');
    expect(await client.messages('since', String(first['id']))).toMatchObject([{ preview: '2' }]);
  });

  test('refusals are statuses of 400 and above whose text says why', async () => {
    await expect(client.send('', 'mac', 'x')).rejects.toMatchObject({
      status: 400,
      message: textWith('channel'),
    });
    const stranger = new TerminalClient(relay, { token: 'wrong' });
    await expect(stranger.state()).rejects.toMatchObject({
      status: 401,
      message: textWith('unauthorized'),
    });
    await expect(stranger.events('x').next()).rejects.toBeInstanceOf(ClientError);
  });
});

describe('11.1 event stream', () => {
  /** Every character at which Python ends a line, and those that JSON or SSE treat specially. */
  const nasty = [
    ...['\n', '\r', '\v', '\f', '\u001c', '\u001d', '\u001e', '\u0085', '\u2028', '\u2029'],
    '\r\n',
    '\r\n\r\n',
    'data: x',
    '\n\ndata: {}\n\n',
    '"\\',
    '🦊',
    '\u007f\ufeff\ud7ff\ue000\uffff',
  ];

  test('no content cuts an event in two', async () => {
    const events = client.events('nasty', await lastIdOf('nasty'));
    const contents = nasty.map((text, n) => `${n}${text}${n}`);
    const reading = take(events, 3);
    for (const content of contents.slice(0, 3)) await client.send('nasty', `s${content.length}`, content);
    expect((await reading).map(({ data }) => data['content'])).toEqual(contents.slice(0, 3));
    // The rest comes as a replay, which goes the same way, three at a time.
    let cursor = await lastIdOf('nasty');
    for (const content of contents.slice(3)) {
      await client.send('nasty', 'mac', content);
      const [event] = await take(client.events('nasty', cursor), 1);
      expect(event?.data['content']).toBe(content);
      cursor = event?.id ?? '';
    }
  });

  test('names with line breaks of Unicode in the middle stay whole', async () => {
    const name = 'a\u2028b';
    const cursor = await lastIdOf(name);
    await client.send(name, 'se\u2029nder', 'x');
    const [event] = await take(client.events(name, cursor), 1);
    expect(event?.data).toMatchObject({ sender: 'se\u2029nder', channel: name });
  });

  test.each(['0.9.1', '1.2.0'] as const)('the paths of %s reach their channel', async (style) => {
    const reader = new TerminalClient(relay, { token, style });
    for (const channel of ['plain', 'demo:w', 'proj/sub', 'a b', 'grüße 🦊', "it's (1)!*"]) {
      const cursor = await lastIdOf(channel);
      await client.send(channel, 'mac', style);
      const [event] = await take(reader.events(channel, cursor), 1);
      expect(event?.data['content']).toBe(style);
    }
  });

  test('clear, cursor_stale and replay_truncated arrive as events without ending up as messages', async () => {
    const [stale] = await take(client.events('notices', 'bogus'), 1);
    expect(stale).toMatchObject({ event: 'cursor_stale', data: { since_id: 'bogus' } });

    const cursor = await lastIdOf('notices');
    for (let n = 0; n < 4; n++) await client.send('notices', 'mac', `${n}`);
    const all: string[] = [];
    for await (const { event } of client.events('notices', cursor)) all.push(event);
    expect(all).toEqual(['message', 'message', 'message', 'replay_truncated']);

    const newest = String((await client.messages('notices')).at(-1)?.['id']);
    const stream = client.events('notices', newest);
    await client.send('notices', 'mac', 'one more');
    await stream.next();
    await client.clear('notices');
    expect((await stream.next()).value).toMatchObject({
      event: 'clear',
      data: { channel: 'notices', cleared: 6 },
    });
    await stream.return();
  });

  /** A cursor at the end of a channel. */
  async function lastIdOf(channel: string): Promise<string> {
    return String((await client.send(channel, 'mac', 'start'))['id']);
  }
});
