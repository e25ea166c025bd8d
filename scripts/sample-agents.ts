import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { sampleOrigins } from './sample-conversation.ts';
import type { SampleRelay } from './sample-relay.ts';

/** Where each of them waits for messages; the others only look in. */
const waiting: Record<string, string> = {
  'windows-orchestrator': 'payments:orchestrator',
  'mac-worker': 'payments:worker',
};

/**
 * Has the agents of the sample conversation come to `relay`, each with a token of its machine, and its owner do a few things that
 * the audit log tells of.
 * @param token of the owner
 */
export async function startSampleAgents(relay: SampleRelay, token: string): Promise<AsyncDisposable> {
  const owner = callsOf(relay, token);
  const clients: Client[] = [];
  let last = token;
  for (const [sender, { label, client: program }] of Object.entries(sampleOrigins)) {
    const made = await owner('POST', '/api/tokens', { label, rights: ['read', 'send'] });
    ({ token: last } = (await made.json()) as { token: string });
    const client = new Client(program);
    const requestInit = { headers: { Authorization: `Bearer ${last}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', relay.url), { requestInit }));
    clients.push(client);
    const channel = waiting[sender];
    if (channel === undefined) {
      await client.callTool({ name: 'bridge_channels', arguments: { consumer_id: sender } });
      continue;
    }
    const page = await owner('GET', `/api/messages?channel=${channel}&limit=1`);
    const { messages } = (await page.json()) as { messages: { id: string }[] };
    const wait = { channel, consumer_id: sender, since_id: messages[0]?.id, timeout_seconds: 200 };
    // It ends with the client, and that is fine.
    client.callTool({ name: 'bridge_wait', arguments: wait }).catch(() => undefined);
  }
  await owner('POST', '/api/send', { channel: 'payments:hotfix', sender: 'desk', content: 'Hello?' });
  await owner('POST', '/api/clear', { channel: 'payments:hotfix' });
  await callsOf(relay, last)('POST', '/api/clear', { channel: 'payments:worker' });
  await callsOf(relay, 'cb_old_token')('GET', '/api/state');
  await owner('POST', '/api/pairings', { label: 'build-server', rights: ['read', 'send'] });
  return {
    [Symbol.asyncDispose]: async () => {
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}

function callsOf(relay: SampleRelay, token: string) {
  return (method: string, path: string, body?: object) =>
    fetch(relay.url + path, {
      method,
      headers: { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
}
