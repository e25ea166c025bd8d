import {
  isInitializeRequest,
  isJSONRPCNotification,
  JSONRPCMessageSchema,
  type JSONRPCMessage,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import { BridgeError, type ErrorBody, type ErrorCode } from '../../src-shared/bridge-error.ts';

/** Codes of JSON-RPC 2.0, and one for everything that is a matter of the transport and not of the call. */
export const rpcCode = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  transport: -32000,
} as const;

/** What a client gets in place of an answer. `data` is the shape that errors have on every interface. */
export interface RpcError {
  jsonrpc: '2.0';
  /** Null when the call could not be told. */
  id: RequestId | null;
  error: { code: number; message: string; data: ErrorBody };
}

/** A refusal that JSON-RPC has a code for, or that answers a certain call. */
export class RpcRefusal extends BridgeError {
  readonly rpcCode: number;
  readonly id: RequestId | null;

  constructor(rpc: number, code: ErrorCode, sentence: string, id: RequestId | null = null) {
    super(code, sentence);
    this.rpcCode = rpc;
    this.id = id;
  }
}

export function toRpcError(error: BridgeError): RpcError {
  const { rpcCode: code, id } =
    error instanceof RpcRefusal ? error : { rpcCode: rpcCode.transport, id: null };
  return { jsonrpc: '2.0', id, error: { code, message: error.message, data: error.toBody() } };
}

/** The refusal of a body or line that is no JSON at all. */
export function parseError(): RpcRefusal {
  return new RpcRefusal(rpcCode.parseError, 'invalid_json', 'Parse error: this is not JSON');
}

/**
 * `body` as a JSON-RPC message.
 * @throws RpcRefusal with the id of the call if it has one. Batches left the protocol with its revision of 2025-06-18.
 */
export function readMessage(body: unknown): JSONRPCMessage {
  const parsed = JSONRPCMessageSchema.safeParse(body);
  if (parsed.success) return initializable(parsed.data);
  const fault = Array.isArray(body) ? 'batches are not supported' : 'this is no JSON-RPC 2.0 message';
  throw new RpcRefusal(rpcCode.invalidRequest, 'invalid_request', `Invalid request: ${fault}`, idOf(body));
}

/** The SDK would call a malformed `initialize` an internal error. */
function initializable(message: JSONRPCMessage): JSONRPCMessage {
  if (!('method' in message) || message.method !== 'initialize' || isInitializeRequest(message))
    return message;
  const says = 'Invalid initialize request';
  throw new RpcRefusal(rpcCode.invalidParams, 'invalid_request', says, idOf(message));
}

/** The id of the call that a notification wants to end, or undefined if it is no such notification. */
export function cancelledCall(message: JSONRPCMessage): RequestId | undefined {
  if (!isJSONRPCNotification(message) || message.method !== 'notifications/cancelled') return undefined;
  return asId(message.params?.['requestId']);
}

/** The id of a call, also of one that is otherwise malformed. */
export function idOf(body: unknown): RequestId | null {
  if (typeof body !== 'object' || body === null || !('id' in body)) return null;
  return asId(body.id) ?? null;
}

function asId(id: unknown): RequestId | undefined {
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}
