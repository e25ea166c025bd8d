import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import type { Transport, TransportSendOptions } from '@modelcontextprotocol/sdk/shared/transport.js';
import { isJSONRPCRequest, type JSONRPCMessage, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import { cancelledCall, rpcCode, RpcRefusal, toRpcError, type RpcError } from './json-rpc.ts';

/** Where the messages of one call go: the answer to a POST, an event stream, or standard output. */
export interface Outlet {
  /**
   * Takes the answer, the last message of the call.
   * @param onWritten to be called once it was written out completely, and never if the client goes away before that
   */
  answer(message: JSONRPCMessage | RpcError, onWritten?: () => void): void;
  /** Takes a message that comes before the answer. */
  notify(message: JSONRPCMessage): void;
  /** The call was cancelled: there will be no answer. */
  drop(): void;
}

/** Where messages go that have no place of their own: what belongs to no call, and every answer if there is one wire. */
export interface Background extends Outlet {
  /** The session has ended. */
  end(): void;
}

/** How long calls under way have to be answered when the relay stops, in ms. */
export const drainMs = 1_000;

interface Call {
  /** The id that the client gave it. */
  id: RequestId;
  outlet: Outlet | undefined;
  onWritten?: () => void;
}

/**
 * The server's end of one session, whatever carries it: the three transports differ only in their outlets.
 *
 * The transports of the SDK are not used. The one for Streamable HTTP keeps the stream and the entry of every call
 * that a client cancels until the session ends, cannot cancel the call with id 0, and sends an answer to the wrong
 * stream when two calls share an id; the one for stdio ends at the first line that is too long. Here each call gets a
 * number of our own, under which the SDK knows it, and nothing of it is left when it ends.
 */
export class SessionTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport['onmessage'];

  /** Without it, messages that have no place of their own are dropped. */
  background: Background | undefined;

  readonly #calls = new Map<number, Call>();
  readonly #onceIdle = new Set<() => void>();
  #lastNumber = 0;
  #closed = false;

  /** Calls that have not been answered. */
  get pending(): number {
    return this.#calls.size;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * Hands a message of the client to the server.
   * @param authInfo who sent it, by the credential that came with it
   * @param outlet where the answer goes, if the message is a request
   * @returns for a request, a function that cancels it; calling it after the answer does nothing
   */
  receive(
    message: JSONRPCMessage,
    authInfo?: AuthInfo,
    outlet: Outlet | undefined = this.background,
  ): () => void {
    const extra = authInfo ? { authInfo } : {};
    if (isJSONRPCRequest(message)) {
      const number = ++this.#lastNumber;
      this.#calls.set(number, { id: message.id, outlet });
      this.onmessage?.({ ...message, id: number }, extra);
      return () => this.#cancel(number);
    }
    const cancelled = cancelledCall(message);
    if (cancelled === undefined) this.onmessage?.(message, extra);
    else this.#cancelById(cancelled);
    return () => undefined;
  }

  send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (!('method' in message)) this.#answer(message);
    else this.#outletOf(options?.relatedRequestId)?.notify(message);
    return Promise.resolve();
  }

  /**
   * Calls back once the answer to a call has been written out completely; never when the call is cancelled or its
   * answer dropped.
   * @param number the one under which the SDK knows the call
   */
  onceWritten(number: RequestId, callback: () => void): void {
    const call = this.#calls.get(number as number);
    if (call) call.onWritten = callback;
  }

  /** Resolves when every call has been answered or cancelled. */
  idle(): Promise<void> {
    if (this.#calls.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onceIdle.add(resolve));
  }

  /** Like `idle`, but waits no longer than `ms`. */
  async drain(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([this.idle(), timeUp]);
    clearTimeout(timer);
  }

  /** Answers what is pending with an error; the SDK then aborts the handlers. */
  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    for (const { id, outlet } of this.#calls.values()) {
      const refusal = new RpcRefusal(rpcCode.transport, 'shutting_down', 'the session has ended', id);
      outlet?.answer(toRpcError(refusal));
    }
    this.#calls.clear();
    this.#settle();
    this.background?.end();
    this.onclose?.();
    return Promise.resolve();
  }

  #answer(message: Exclude<JSONRPCMessage, { method: string }>): void {
    const call = this.#calls.get(message.id as number);
    if (!call) return;
    this.#calls.delete(message.id as number);
    call.outlet?.answer({ ...message, id: call.id }, call.onWritten);
    this.#settle();
  }

  #outletOf(number: RequestId | undefined): Outlet | undefined {
    return number === undefined ? this.background : this.#calls.get(number as number)?.outlet;
  }

  #cancelById(id: RequestId): void {
    for (const [number, call] of this.#calls) if (call.id === id) this.#cancel(number);
  }

  #cancel(number: number): void {
    const call = this.#calls.get(number);
    if (!call) return;
    this.#calls.delete(number);
    call.outlet?.drop();
    // Makes the SDK abort the handler's signal; it sends no answer then.
    this.onmessage?.({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: number } });
    this.#settle();
  }

  #settle(): void {
    // Clearing an empty set makes a new table, too.
    if (this.#calls.size > 0 || this.#onceIdle.size === 0) return;
    for (const resolve of this.#onceIdle) resolve();
    this.#onceIdle.clear();
  }
}
