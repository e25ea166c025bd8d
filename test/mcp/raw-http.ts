import { once } from 'node:events';
import { request, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

export interface RawResponse {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body as JSON, or the data of the only event of a stream. */
  json: RpcMessage;
}

export interface RpcMessage {
  jsonrpc?: string;
  id?: unknown;
  method?: string;
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data?: { code: string } };
}

export type Headers = Record<string, string>;

/** What a client of the protocol says it accepts. */
export const bothForms: Headers = { Accept: 'application/json, text/event-stream' };

export function rpc(method: string, params: object = {}, id: number | string = 1): object {
  return { jsonrpc: '2.0', id, method, params };
}

export function toolCall(name: string, input: object = {}, id: number | string = 1): object {
  return rpc('tools/call', { name, arguments: input }, id);
}

export const initialize = rpc(
  'initialize',
  { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  0,
);

/** Sends a request as it is, without headers that nobody asked for. */
export function start(url: URL, method: string, headers: Headers = {}, body?: unknown): ClientRequest {
  const outgoing = request(url, { method, headers, agent: false });
  outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  return outgoing;
}

/** The head of the response; its body is left to be read. */
export async function head(outgoing: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return response;
}

export async function send(
  url: URL,
  method: string,
  headers?: Headers,
  body?: unknown,
): Promise<RawResponse> {
  const response = await head(start(url, method, headers, body));
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  const data = /^data: (.*)\r$/m.exec(text)?.[1] ?? text;
  const json = (data.startsWith('{') ? JSON.parse(data) : {}) as RpcMessage;
  return { status: response.statusCode ?? 0, headers: response.headers, text, json };
}

export function post(url: URL, body: unknown, headers: Headers = bothForms): Promise<RawResponse> {
  return send(url, 'POST', headers, body);
}

/** Opens a session and returns the headers of its further requests. */
export async function openSession(url: URL, headers: Headers = {}): Promise<Headers> {
  const { headers: answered } = await post(url, initialize, { ...bothForms, ...headers });
  return { ...bothForms, ...headers, 'Mcp-Session-Id': String(answered['mcp-session-id']) };
}
