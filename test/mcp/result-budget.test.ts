import { expect, test } from 'vitest';
import type { Relay } from '../../src-main/relay/relay.ts';
import { startBridge } from './bridge-over-http.ts';
import { sendDirectly } from './relay-directly.ts';
import { connectHttp, type ToolOutcome } from './sdk-client.ts';

const budget = 8_192;

async function startSmall() {
  const { url, relay } = await startBridge({ limits: { mcpResultBytes: budget } });
  return { relay, ...(await connectHttp(url)) };
}

test('following next_cursor through truncated answers reads every message once, in order', async () => {
  const { relay, call } = await startSmall();
  // From one byte to more than the budget, so that pages break at all sorts of places.
  const sent = Array.from({ length: 40 }, (_, i) => `${i}:${'"é\n'.repeat((i * 37) % 2000)}`);
  await sendAll(relay, 'x', ['start', ...sent]);
  const [start] = messages(await call('bridge_receive', { channel: 'x', limit: 500 }));
  const read: string[] = [];
  let since_id = start?.id;
  for (;;) {
    const answer = await call('bridge_receive', { channel: 'x', limit: 500, since_id });
    const page = messages(answer);
    expect(page.length).toBeGreaterThan(0);
    if (page.length > 1) expect(sizes(answer)).toBeLessThanOrEqual(budget);
    read.push(...page.map(({ content }) => content));
    expect(answer.structured['next_cursor']).toBe(page.at(-1)?.id);
    since_id = page.at(-1)?.id;
    if (answer.structured['truncated'] === false) break;
    expect(answer.text).toContain(`since_id=${since_id}`);
  }
  expect(read).toEqual(sent);
});

test('many small messages are cut as well: what surrounds them counts', async () => {
  const { relay, call } = await startSmall();
  await sendAll(
    relay,
    'x',
    Array.from({ length: 200 }, () => '.'),
  );
  const answer = await call('bridge_receive', { channel: 'x', limit: 500 });
  expect(answer.structured['truncated']).toBe(true);
  expect(sizes(answer)).toBeLessThanOrEqual(budget);
  expect(messages(answer).length).toBeGreaterThan(10);
});

test('a message larger than the budget is handed out alone, not withheld', async () => {
  const { relay, call } = await startSmall();
  await sendAll(relay, 'x', ['a'.repeat(budget * 2), 'b']);
  const answer = await call('bridge_receive', { channel: 'x' });
  expect(messages(answer).map(({ content }) => content.length)).toEqual([budget * 2]);
  expect(answer.structured['truncated']).toBe(true);
});

test('a page that fits is not called truncated', async () => {
  const { relay, call } = await startSmall();
  await sendAll(relay, 'x', ['a', 'b']);
  const answer = await call('bridge_receive', { channel: 'x', limit: 1 });
  expect(answer.structured['truncated']).toBe(false);
  expect(answer.text).not.toContain('more messages');
});

test('status lists channels beyond the budget with their totals and says that their messages are omitted', async () => {
  const { relay, call } = await startSmall();
  await sendAll(relay, 'a', ['first', 'x'.repeat(4_000)]);
  await sendAll(relay, 'b', ['y'.repeat(6_000), 'newest']);
  await sendAll(relay, 'c', ['z']);
  const { structured, text } = await call('bridge_status');
  expect(structured).toMatchObject({ truncated: true, next_cursor: null, total_messages: 5 });
  const channels = structured['channels'] as { messages: { content: string }[] }[];
  expect(channels).toMatchObject([
    { channel: 'a', total: 2, messages_omitted: false },
    { channel: 'b', total: 2, messages_omitted: true },
    { channel: 'c', total: 1, messages_omitted: true, messages: [] },
  ]);
  // The newest of a channel come first.
  expect(channels[1]?.messages.map(({ content }) => content)).toEqual(['newest']);
  expect(text.match(/messages omitted/g)).toHaveLength(2);
  expect(text).toContain('┌─ [c] — 1 total');
});

test.each(['bridge_channels', 'bridge_status'])('%s walks through all channels, each once', async (tool) => {
  const { relay, call } = await startSmall();
  const names = Array.from(
    { length: 150 },
    (_, i) => `${i % 2 === 0 ? '\u{1f600}' : '\uffee'}${i} ${'n'.repeat(100)}`,
  );
  for (const name of names) await sendDirectly(relay, name, 'c');
  const seen: string[] = [];
  let after: string | null | undefined;
  let answers = 0;
  do {
    const { structured, text } = await call(tool, { after });
    expect(Buffer.byteLength(JSON.stringify(structured))).toBeLessThanOrEqual(budget);
    expect(structured).toMatchObject({ total_channels: 150, total_messages: 150 });
    seen.push(...(structured['channels'] as { channel: string }[]).map(({ channel }) => channel));
    after = structured['next_cursor'] as string | null;
    if (after !== null) expect(text).toContain(`after=${after}`);
    answers++;
  } while (after !== null);
  expect(answers).toBeGreaterThan(1);
  expect([...seen].sort()).toEqual([...names].sort());
});

async function sendAll(relay: Relay, channel: string, all: string[]): Promise<void> {
  for (const content of all) await sendDirectly(relay, channel, content);
}

function messages({ structured }: ToolOutcome): { id: string; content: string }[] {
  return structured['messages'] as { id: string; content: string }[];
}

/** Bytes of the larger rendering, as it travels. */
function sizes({ text, structured }: ToolOutcome): number {
  return Math.max(Buffer.byteLength(JSON.stringify(text)), Buffer.byteLength(JSON.stringify(structured)));
}
