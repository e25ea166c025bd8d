import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCResultResponse,
  JSONRPCMessageSchema,
  LATEST_PROTOCOL_VERSION,
  McpError,
  type CallToolRequest,
  type CallToolResult,
  type Implementation,
  type JSONRPCMessage,
  type JSONRPCNotification,
} from '@modelcontextprotocol/sdk/types.js';
import { createParser } from 'eventsource-parser';
import { NoConnection } from './no-connection.ts';
import { checkAccepted, refusalIn } from './refusal.ts';

/** Where a relay is and how it is asked. */
export interface McpAccess {
  url: string;
  token: () => string | undefined;
  /** For calls that are answered at once, and for those that wait, which must not hold up the others. */
  quick: typeof fetch;
  patient: typeof fetch;
}

export interface McpCallOptions {
  signal: AbortSignal;
  /** What the relay says before it answers. */
  onNotification?: (notification: JSONRPCNotification) => void;
  /** The call waits at the relay. */
  patient?: boolean;
}

/** How the session is left that the relay will not hear of again, in ms. */
const goodbyeMs = 500;

/**
 * One MCP session with a relay over Streamable HTTP, as its client. Every method rejects with NoConnection, SessionLost or
 * the BridgeError of the relay, or with the signal's reason.
 *
 * The transport of the SDK is not used: a call whose stream breaks off is never settled there, and whether a request may
 * have arrived, on which everything depends here, cannot be told.
 */
export class McpSession {
  readonly #access: McpAccess;
  #id: string | undefined;
  #version: string | undefined;
  #lastCall = 0;

  private constructor(access: McpAccess) {
    this.#access = access;
  }

  /** @param client what the relay is told about who calls */
  static async open(access: McpAccess, client: Implementation, signal: AbortSignal): Promise<McpSession> {
    const session = new McpSession(access);
    const { result, headers } = await session.#request(
      'initialize',
      { protocolVersion: LATEST_PROTOCOL_VERSION, capabilities: {}, clientInfo: client },
      { signal },
    );
    session.#id = headers.get('Mcp-Session-Id') ?? undefined;
    session.#version = String(result['protocolVersion']);
    const initialized: JSONRPCMessage = { jsonrpc: '2.0', method: 'notifications/initialized' };
    await (await session.#post(initialized, { signal })).text();
    return session;
  }

  /** @throws McpError for a call that the relay refuses as a call, beside what all methods throw */
  async callTool(params: CallToolRequest['params'], options: McpCallOptions): Promise<CallToolResult> {
    const { result } = await this.#request('tools/call', params, options);
    // As it came: a newer relay may say more than this program knows.
    return result as CallToolResult;
  }

  /** Tells the relay that the session is over. Nothing depends on it. */
  async close(): Promise<void> {
    if (this.#id === undefined) return;
    try {
      const signal = AbortSignal.timeout(goodbyeMs);
      const init = { method: 'DELETE', headers: this.#headers(), signal };
      await (await this.#access.quick(this.#endpoint, init)).text();
    } catch {
      // The relay forgets it by itself when nobody uses it.
    }
  }

  async #request(
    method: string,
    params: object,
    options: McpCallOptions,
  ): Promise<{ result: Record<string, unknown>; headers: Headers }> {
    const id = ++this.#lastCall;
    const message = { jsonrpc: '2.0', id, method, params: { ...params } } as JSONRPCMessage;
    const response = await this.#post(message, options);
    const messages = messagesOf(response);
    for (
      let { done, value } = await messages.next();
      done !== true;
      { done, value } = await messages.next()
    ) {
      if (isJSONRPCNotification(value)) options.onNotification?.(value);
      else if (isJSONRPCErrorResponse(value)) throw toError(value.error);
      else if (isJSONRPCResultResponse(value) && value.id === id) {
        readToEnd(messages);
        return { result: value.result, headers: response.headers };
      }
    }
    throw new NoConnection('the connection broke off before the answer came', true);
  }

  async #post(message: JSONRPCMessage, { signal, patient = false }: McpCallOptions): Promise<Response> {
    const headers = {
      ...this.#headers(),
      Accept: 'application/json, text/event-stream',
      'Content-Type': 'application/json',
    };
    const init = { method: 'POST', headers, body: JSON.stringify(message), signal };
    const response = await (patient ? this.#access.patient : this.#access.quick)(this.#endpoint, init);
    await checkAccepted(response);
    return response;
  }

  get #endpoint(): string {
    return `${this.#access.url}/mcp`;
  }

  #headers(): Record<string, string> {
    const token = this.#access.token();
    return {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(this.#id === undefined ? {} : { 'Mcp-Session-Id': this.#id }),
      ...(this.#version === undefined ? {} : { 'MCP-Protocol-Version': this.#version }),
    };
  }
}

/** The JSON-RPC messages of a response, in whichever of the two forms it has. */
async function* messagesOf(response: Response): AsyncGenerator<JSONRPCMessage, void> {
  const type = response.headers.get('Content-Type') ?? '';
  if (type.startsWith('application/json')) {
    yield toMessage(await response.text());
  } else if (type.startsWith('text/event-stream') && response.body) {
    const texts: string[] = [];
    const parser = createParser({ onEvent: ({ data }) => texts.push(data) });
    const decoder = new TextDecoder();
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      parser.feed(decoder.decode(chunk, { stream: true }));
      for (const text of texts.splice(0)) yield toMessage(text);
    }
  } else {
    await response.body?.cancel();
    throw new NoConnection('something other than a relay answers there', true);
  }
}

/** The relay ends the stream behind the answer; a connection that is read to its end serves the next call. */
function readToEnd(messages: AsyncGenerator): void {
  const read = async () => {
    while ((await messages.next()).done !== true);
  };
  // What comes behind the answer does not matter.
  read().catch(() => undefined);
}

function toMessage(text: string): JSONRPCMessage {
  try {
    return JSONRPCMessageSchema.parse(JSON.parse(text));
  } catch {
    throw new NoConnection('something other than a relay answers there', true);
  }
}

/** An error in place of the result of a call. */
function toError({ code, message, data }: { code: number; message: string; data?: unknown }): Error {
  const refusal = refusalIn({ error: { data } });
  // The relay has stopped with the call under way.
  if (refusal?.code === 'shutting_down') return new NoConnection(refusal.message, true);
  return new McpError(code, message, data);
}
