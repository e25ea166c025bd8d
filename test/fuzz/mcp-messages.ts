import fc from 'fast-check';
import { toolList } from '../../src-main/mcp/tools/index.ts';
import type { Known } from '../support/route-book.ts';
import { toolBook } from '../support/tool-book.ts';
import { junkJsonText, junkText, junkValue, mangled } from './junk.ts';

/** A message to the MCP server. */
export interface McpMessage {
  /** As JSON on one line, with this id if it has one. */
  write: (id: string) => string;
  /** An answer with that id has to come. */
  answered: boolean;
  /** It may come late by right. */
  mayWait: boolean;
}

/** Arguments that no tool has, or that mean something to JavaScript. */
const strangers = ['channel', 'limit', 'query', 'after', 'before_id', '__proto__', 'constructor', 'toJSON'];

const otherMethods = [
  'ping',
  'tools/list',
  'initialize',
  'resources/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  'server/discover',
  'tasks/list',
  'constructor',
  '',
];

const notes = ['notifications/cancelled', 'notifications/initialized', 'notifications/progress', 'rpc.off'];

/** Messages to every tool of the program and around them. */
export function mcpMessages(known: Known): fc.Arbitrary<McpMessage> {
  const calls = toolList.map(({ name, inputSchema }) => {
    const sample = toolBook[name]?.input(known) ?? {};
    const names = [...Object.keys(inputSchema.properties ?? {}), ...strangers];
    return mangled(sample, names).map((input) =>
      request('tools/call', { name, arguments: input }, name === 'bridge_wait'),
    );
  });
  return fc.oneof(
    { weight: 12, arbitrary: fc.oneof(...calls) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(junkText, junkValue)
        .map(([name, input]) => request('tools/call', { name, arguments: input })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom(...otherMethods), junkValue)
        .map(([method, params]) => request(method, params)),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(junkText, junkValue).map(([method, params]) => request(method, params)),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom(...notes),
          mangled({ requestId: 'nobody', reason: 'x' }, ['progressToken', 'progress', '_meta']),
        )
        .map(([method, params]) => unanswered(JSON.stringify({ jsonrpc: '2.0', method, params }))),
    },
    {
      weight: 1,
      arbitrary: mangled({ jsonrpc: '2.0', id: 1, method: 'ping', params: {} }, [
        'result',
        'error',
        'id',
      ]).map((message) => unanswered(JSON.stringify(message))),
    },
    { weight: 1, arbitrary: junkJsonText.map((text) => unanswered(text.replace(/[\r\n]/g, ' '))) },
  );
}

function request(method: string, params: unknown, mayWait = false): McpMessage {
  return { write: (id) => JSON.stringify({ jsonrpc: '2.0', id, method, params }), answered: true, mayWait };
}

/** Whatever comes back, if anything does, cannot be told from other answers. */
function unanswered(text: string): McpMessage {
  return { write: () => text, answered: false, mayWait: false };
}
