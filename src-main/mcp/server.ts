import type { CallToolResult, Implementation } from '@modelcontextprotocol/sdk/types.js';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { shorten } from '../../src-shared/text.ts';
import type { Relay } from '../relay/relay.ts';
import { PrincipalAccess } from '../security/principal.ts';
import { toCaller, type Caller } from './caller.ts';
import type { McpLimits } from './limits.ts';
import { toBridgeError, type ErrorReaders } from './log.ts';
import type { SessionTransport } from './session-transport.ts';
import { createToolServer, type CallExtra, type McpServer } from './tool-server.ts';
import { tools } from './tools/index.ts';
import type { ToolCall } from './tools/tool.ts';

export interface McpParts extends ErrorReaders {
  relay: Relay;
  /** Version of this relay, which clients see as the server's. */
  version: string;
  limits: () => McpLimits;
  /** Milliseconds between the notes of progress of a call that waits. */
  progressMs: number;
  /** Aborted when calls that wait are to end, each with a normal answer. */
  stopping: AbortSignal;
}

/** Longest name and version of a client that are kept, in code points. */
const maxClientName = 100;

const toolsByName = new Map(tools.map((tool) => [tool.name, tool]));

/**
 * The MCP server of one session.
 * @param transport what it will be connected to
 * @param caller who calls when the transport does not say: the process at the other end of stdio
 */
export function createServer(parts: McpParts, transport: SessionTransport, caller?: Caller): McpServer {
  const { log, version } = parts;
  return createToolServer({ version, log }, async ({ name, arguments: input = {} }, extra, said) => {
    const from = extra.authInfo ? toCaller(extra.authInfo) : (caller ?? fail('a call without a caller'));
    const call = toToolCall(parts, from, said, extra);
    const { result, onWritten } = await callTool(name, input, parts, call);
    if (onWritten) transport.onceWritten(extra.requestId, onWritten);
    return result;
  });
}

function toToolCall(
  { relay, version, limits, progressMs, stopping }: McpParts,
  { principal, address, transport }: Caller,
  said: Implementation | undefined,
  { signal, _meta, sendNotification }: CallExtra,
): ToolCall {
  const client = said && { name: presentable(said.name), version: presentable(said.version) };
  const progressToken = _meta?.progressToken;
  return {
    relay,
    version,
    principal,
    actor: {
      principal: principal.label,
      access: new PrincipalAccess(principal),
      address,
      client,
      transport,
    },
    client,
    signal,
    stopping,
    resultBytes: limits().mcpResultBytes,
    progressMs,
    // It fails only when the session has ended, and the call with it.
    progress: (progress) => {
      if (progressToken === undefined) return;
      const params = { ...progress, progressToken };
      sendNotification({ method: 'notifications/progress', params }).catch(() => undefined);
    },
  };
}

/** What a client says about itself, as others are shown it: short, on one line, and nothing that cannot be seen. */
function presentable(text: string): string {
  return shorten(text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' '), maxClientName);
}

/** Runs a tool. Whatever goes wrong is an answer that the model can read (wire specification 5.5), never a failed call. */
async function callTool(
  name: string,
  input: unknown,
  readers: ErrorReaders,
  call: ToolCall,
): Promise<{ result: CallToolResult; onWritten?: (() => void) | undefined }> {
  try {
    const tool = toolsByName.get(name);
    if (!tool) throw new BridgeError('not_found', `there is no tool named ${name}`, { field: 'name' });
    // Cancelled before it began: nobody reads this, but nothing may happen either.
    if (call.signal.aborted) throw new BridgeError('invalid_request', 'the call was cancelled');
    const { text, structured, onWritten } = await tool.run(input, call);
    return { result: { content: [{ type: 'text', text }], structuredContent: structured }, onWritten };
  } catch (error) {
    return { result: toErrorResult(toBridgeError(error, readers, `the tool ${name}`)) };
  }
}

function toErrorResult(error: BridgeError): CallToolResult {
  return {
    isError: true,
    content: [{ type: 'text', text: `${error.message} (${error.code})` }],
    structuredContent: { ...error.toBody() },
  };
}

function fail(why: string): never {
  throw new Error(why);
}
