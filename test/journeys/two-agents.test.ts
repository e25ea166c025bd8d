import { readFileSync } from 'node:fs';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { expect, test } from 'vitest';
import { connect, connectHttp, type Agent } from '../mcp/sdk-client.ts';
import { follow } from '../support/event-reader.ts';
import { bearer } from '../support/http-client.ts';
import { overStdio } from '../support/over-stdio.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { Transcript, withoutChance, type Narrator } from './transcript.ts';

/** The main job of the program: a task goes one way and its result the other, between clients that share nothing. */

const token = 'a-token-for-this-journey';
const authorization = `Bearer ${token}`;
const channel = 'demo:release';
const task = JSON.stringify({ type: 'task', do: 'Run the tests of release 4.2 on Linux.' });
const result = JSON.stringify({ type: 'result', passed: 128, failed: 0 });

test('an agent over Streamable HTTP and one over stdio exchange a task and a result', async () => {
  const relay = await startProtectedRelay();
  using stream = await follow(relay, channel, bearer(token));
  const transcript = new Transcript();
  const atlas = transcript.of('atlas (Streamable HTTP)', await overHttp(relay));
  const orion = transcript.of('orion (stdio)', await connect(overStdio(relay.home)));

  await exchange(atlas, orion);

  // Orion writes to the file itself, and the relay's streams hear of it all the same.
  const events = await stream.take(2);
  expect(events.map(({ data }) => [data['sender'], data['content']])).toEqual([
    ['atlas', task],
    ['orion', result],
  ]);
  expect(withoutChance(transcript.text)).toBe(withoutChance(transcriptInReadme()));
});

test('an agent over Streamable HTTP and one over HTTP+SSE do the same', async () => {
  const relay = await startProtectedRelay();
  await exchange(await overHttp(relay), await overLegacySse(relay));
});

/** Each agent reads what the other wrote and nothing else; what it reads is what was written, to the byte. */
async function exchange(atlas: Narrator, orion: Narrator): Promise<void> {
  const asked = await atlas.call('bridge_send', { channel, sender: 'atlas', content: task });

  await orion.call('bridge_channels');
  const received = await orion.call('bridge_receive', { channel });
  expect(received.structured['messages']).toMatchObject([{ sender: 'atlas', content: task }]);
  expect(received.text).toContain(task);
  await orion.call('bridge_send', { channel, sender: 'orion', content: result });

  const answer = await atlas.call('bridge_receive', { channel, since_id: asked.structured['id'] });
  expect(answer.structured['messages']).toMatchObject([{ sender: 'orion', content: result }]);
  expect(answer.text).toContain(result);
}

function startProtectedRelay(): Promise<Relay> {
  return startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
}

function overHttp(relay: Relay): Promise<Agent> {
  return connectHttp(new URL('/mcp', relay.url), { authorization });
}

function overLegacySse(relay: Relay): Promise<Agent> {
  const options = { requestInit: { headers: { authorization } } };
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the transport under test
  return connect(new SSEClientTransport(new URL('/sse', relay.url), options));
}

/** The README shows this journey; the test keeps it from telling anything else. */
function transcriptInReadme(): string {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  return /```text\n(atlas \(Streamable HTTP\) → [^]*?)\n```/.exec(readme)?.[1] ?? '';
}
