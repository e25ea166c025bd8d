import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { RequestOptions } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { onTestFinished } from 'vitest';

export interface ToolOutcome {
  text: string;
  structured: Record<string, unknown>;
  isError: boolean;
}

export interface Agent {
  client: Client;
  call: (tool: string, input?: Record<string, unknown>, options?: RequestOptions) => Promise<ToolOutcome>;
}

/** The SDK's own client, connected; it goes when the test ends. */
export async function connect(transport: Transport, name = 'test-agent'): Promise<Agent> {
  const client = new Client({ name, version: '0.1' });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return {
    client,
    call: async (tool, input = {}, options) => {
      const result = await client.callTool({ name: tool, arguments: input }, undefined, options);
      const [block] = result.content as { type: string; text: string }[];
      return {
        text: block?.text ?? '',
        structured: (result.structuredContent ?? {}) as Record<string, unknown>,
        isError: result.isError === true,
      };
    },
  };
}

export function connectHttp(url: URL, headers: Record<string, string> = {}, name?: string): Promise<Agent> {
  return connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }), name);
}

/** The messages of a page. */
export function messagesOf({ structured }: ToolOutcome): { id: string; content: string; seq: number }[] {
  return structured['messages'] as { id: string; content: string; seq: number }[];
}

export function contentsOf(outcome: ToolOutcome): string[] {
  return messagesOf(outcome).map(({ content }) => content);
}
