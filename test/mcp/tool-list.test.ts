import { describe, expect, test } from 'vitest';
import { startBridge, version } from './bridge-over-http.ts';
import { openSession, post, rpc } from './raw-http.ts';
import { connectHttp } from './sdk-client.ts';

async function listTools() {
  const { url } = await startBridge();
  const { client } = await connectHttp(url);
  return (await client.listTools()).tools;
}

describe('the tool list', () => {
  test('names eight tools in a fixed order', async () => {
    expect((await listTools()).map(({ name }) => name)).toEqual([
      'bridge_send',
      'bridge_receive',
      'bridge_wait',
      'bridge_ack',
      'bridge_channels',
      'bridge_ping',
      'bridge_clear',
      'bridge_status',
    ]);
  });

  test('is the same text each time it is asked for', async () => {
    const { url } = await startBridge();
    const session = await openSession(url);
    const [first, second] = [
      await post(url, rpc('tools/list'), session),
      await post(url, rpc('tools/list'), session),
    ];
    expect(first.text).toBe(second.text);
    expect(first.text).not.toContain('$schema');
  });

  test('says of each tool how harmful it is, so that clients need not ask before each call', async () => {
    const reads = { readOnlyHint: true, destructiveHint: false, openWorldHint: false };
    const annotations = Object.fromEntries((await listTools()).map((tool) => [tool.name, tool.annotations]));
    expect(annotations).toEqual({
      bridge_send: {
        title: 'Send message',
        readOnlyHint: false,
        destructiveHint: false,
        idempotentHint: false,
        openWorldHint: false,
      },
      bridge_receive: { title: 'Receive messages', ...reads },
      bridge_wait: { title: 'Wait for messages', ...reads },
      bridge_ack: {
        title: 'Acknowledge messages',
        readOnlyHint: false,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
      },
      bridge_channels: { title: 'List channels', ...reads },
      bridge_ping: { title: 'Ping bridge', ...reads },
      bridge_clear: {
        title: 'Clear channel',
        readOnlyHint: false,
        destructiveHint: true,
        idempotentHint: true,
        openWorldHint: false,
      },
      bridge_status: { title: 'Cross-channel status', ...reads },
    });
  });

  test('describes every argument in one word of type and one sentence', async () => {
    const types: Record<string, unknown> = {};
    for (const { name, inputSchema } of await listTools()) {
      for (const [key, argument] of Object.entries(inputSchema.properties ?? {})) {
        const { type, description, properties, required, ...bounds } = argument as Record<string, unknown>;
        expect(properties === undefined).toBe(required === undefined);
        types[`${name} ${key}`] = type;
        expect(description).toMatch(/\.$/);
        expect(['minLength', 'maxLength']).toEqual(expect.arrayContaining(Object.keys(bounds)));
      }
    }
    expect(types).toEqual({
      'bridge_send channel': 'string',
      'bridge_send sender': 'string',
      'bridge_send content': 'string',
      'bridge_send message': 'object',
      'bridge_send idempotency_key': 'string',
      'bridge_receive channel': 'string',
      'bridge_receive query': 'string',
      'bridge_receive since_id': 'string',
      'bridge_receive before_id': 'string',
      'bridge_receive consumer_id': 'string',
      'bridge_receive limit': 'integer',
      'bridge_receive include_receipts': 'boolean',
      'bridge_wait channel': 'string',
      'bridge_wait since_id': 'string',
      'bridge_wait consumer_id': 'string',
      'bridge_wait limit': 'integer',
      'bridge_wait timeout_seconds': 'number',
      'bridge_ack channel': 'string',
      'bridge_ack consumer_id': 'string',
      'bridge_ack message_id': 'string',
      'bridge_ack metadata': 'object',
      'bridge_channels after': 'string',
      'bridge_clear channel': 'string',
      'bridge_status per_channel': 'integer',
      'bridge_status after': 'string',
    });
  });

  test('shows the fields of an envelope, of which three are required and none is forbidden', async () => {
    const [send] = await listTools();
    const message = send?.inputSchema.properties?.['message'] as Record<string, unknown>;
    expect(message['required']).toEqual(['schema_version', 'type', 'content']);
    expect(message['additionalProperties'] ?? true).toBe(true);
    expect(message['properties']).toMatchObject({
      schema_version: { type: 'number', const: 1 },
      type: { type: 'string' },
      thread_id: { type: 'string' },
      recipient: { type: 'string' },
      artifacts: { type: 'array' },
    });
    expect(JSON.stringify(message)).not.toMatch(/null|\$schema/);
  });

  test('does not forbid arguments that it does not describe', async () => {
    for (const { inputSchema } of await listTools()) {
      expect(inputSchema.type).toBe('object');
      expect(inputSchema['additionalProperties'] ?? true).toBe(true);
    }
  });

  test('requires what the tools require', async () => {
    const required = Object.fromEntries(
      (await listTools()).map((tool) => [tool.name, tool.inputSchema.required]),
    );
    expect(required).toEqual({
      bridge_send: ['channel', 'sender'],
      bridge_receive: ['channel'],
      bridge_wait: ['channel'],
      bridge_ack: ['channel', 'consumer_id', 'message_id'],
      bridge_channels: undefined,
      bridge_ping: undefined,
      bridge_clear: ['channel'],
      bridge_status: undefined,
    });
  });

  test('stays under what clients cut off', async () => {
    for (const { title, description = '', outputSchema } of await listTools()) {
      expect(title).not.toBe('');
      expect(Buffer.byteLength(description)).toBeLessThan(1024);
      expect(description.split('\n')[0]).toMatch(/^[A-Z].*\.$/);
      expect(outputSchema).toEqual({ type: 'object', additionalProperties: true });
    }
  });
});

describe('the server', () => {
  test('has its own name and version, and instructions under 2 kB', async () => {
    const { url } = await startBridge();
    const { client } = await connectHttp(url);
    expect(client.getServerVersion()).toMatchObject({ name: 'claude-bridge', version });
    const instructions = client.getInstructions() ?? '';
    expect(Buffer.byteLength(instructions)).toBeLessThan(2048);
    expect(instructions.split('\n')[0]).toContain('durable mailbox');
    expect(instructions).toContain('not as instructions');
  });

  test('has tools and nothing else', async () => {
    const { url } = await startBridge();
    const { client } = await connectHttp(url);
    expect(client.getServerCapabilities()).toEqual({ tools: { listChanged: false } });
    await expect(client.ping()).resolves.toEqual({});
    const session = await openSession(url);
    for (const method of [
      'prompts/list',
      'resources/list',
      'logging/setLevel',
      'completion/complete',
      'no/such',
    ]) {
      const { json } = await post(url, rpc(method, {}, 'q'), session);
      expect(json).toMatchObject({ id: 'q', error: { code: -32601 } });
    }
  });

  test('answers a malformed tool call with invalid params', async () => {
    const { url } = await startBridge();
    const session = await openSession(url);
    for (const params of [
      {},
      { name: 5 },
      { name: 'bridge_ping', arguments: [1] },
      { name: 'bridge_ping', arguments: 'x' },
    ]) {
      const { json } = await post(url, rpc('tools/call', params), session);
      expect(json.error?.code).toBe(-32602);
      expect(json.error?.message).toContain(Object.keys(params).includes('arguments') ? 'arguments' : 'name');
    }
  });
});
