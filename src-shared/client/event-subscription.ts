import { createParser } from 'eventsource-parser';
import { BridgeError, toError } from '../bridge-error.ts';
import { retryDelay } from './back-off.ts';
import { callHttp, type Call, type HttpTarget } from './http-call.ts';
import { toStreamEvent, type StreamEvent } from './stream-event.ts';

export interface SubscriptionQuery {
  channels: readonly string[] | 'all';
  /** The id to go on after; without one the stream begins with what comes next. */
  since?: string | undefined;
  /** Who reads: what was written out counts as read by it. */
  consumer?: string | undefined;
  /** Also say when others have read or acknowledged. */
  receipts?: boolean | undefined;
}

/** How a subscription stands with its relay. */
export type SubscriptionState =
  | { kind: 'connecting' }
  | { kind: 'live' }
  /** It is tried again at `retryAt` (ms since 1970). `tries`: how often in a row it has failed. */
  | { kind: 'waiting'; error: BridgeError; tries: number; retryAt: number }
  /** Over: the relay refuses what trying again does not change, or somebody closed it. */
  | { kind: 'ended'; error?: BridgeError };

export interface SubscriptionOptions extends SubscriptionQuery {
  /** Done before each connection. If it fails, so does the connection, with the same error. */
  beforeConnecting?: (signal: AbortSignal) => Promise<unknown>;
  onState?: (state: SubscriptionState) => void;
}

/** The relay says something every 15 s (wire specification 4.5). After this silence the connection is dead, in ms. */
const silenceMs = 45_000;

/**
 * The events of a relay, for as long as somebody iterates: connects again with back-off after every interruption and
 * goes on behind the last event that it handed out, so that nothing comes twice and nothing is missed but what a `gap`
 * stands for. Iterate once. The loop ends when the subscription is closed, and throws the BridgeError of a refusal for good.
 */
export class EventSubscription implements AsyncIterable<StreamEvent> {
  readonly #target: HttpTarget;
  readonly #query: SubscriptionQuery;
  readonly #beforeConnecting: SubscriptionOptions['beforeConnecting'];
  readonly #onState: (state: SubscriptionState) => void;
  readonly #closing = new AbortController();
  #state: SubscriptionState = { kind: 'connecting' };
  #lastId: string | undefined;
  #tries = 0;
  /** There was a connection before, which is why a new one without a cursor leaves a gap. */
  #interrupted = false;
  #wake: (() => void) | undefined;

  constructor(target: HttpTarget, { beforeConnecting, onState, ...query }: SubscriptionOptions) {
    this.#target = target;
    this.#query = query;
    this.#lastId = query.since;
    this.#beforeConnecting = beforeConnecting;
    this.#onState = onState ?? (() => undefined);
  }

  get state(): SubscriptionState {
    return this.#state;
  }

  /** The id behind which it goes on. */
  get lastId(): string | undefined {
    return this.#lastId;
  }

  /** Tries again at once, if it waits: the network is back, or somebody asks. */
  retryNow(): void {
    this.#wake?.();
  }

  close(): void {
    this.#closing.abort();
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamEvent, void> {
    try {
      for (;;) {
        this.#enter({ kind: 'connecting' });
        try {
          yield* this.#connection();
          // The relay has ended the stream in order: it restarts, or the page was full.
          await this.#pause(new BridgeError('unreachable', 'the relay has closed the stream'));
        } catch (thrown) {
          if (this.#closing.signal.aborted) break;
          const error = asBridgeError(thrown);
          if (isFinal(error)) throw error;
          await this.#pause(error);
        }
        if (this.#closing.signal.aborted) break;
      }
      this.#enter({ kind: 'ended' });
    } catch (thrown) {
      this.#enter({ kind: 'ended', error: asBridgeError(thrown) });
      throw thrown;
    } finally {
      this.#closing.abort();
    }
  }

  /** One connection, until it ends in whatever way. */
  async *#connection(): AsyncGenerator<StreamEvent, void> {
    const silence = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(
        () => silence.abort(new BridgeError('unreachable', 'the relay has fallen silent')),
        silenceMs,
      );
    };
    // Also when whoever iterates has stopped in the middle of an event and never comes back.
    this.#closing.signal.addEventListener('abort', () => clearTimeout(timer));
    const signal = AbortSignal.any([this.#closing.signal, silence.signal]);
    await this.#beforeConnecting?.(signal);
    const response = await callHttp(this.#target, this.#call(signal));
    const body = response.body as ReadableStream<Uint8Array> | null;
    const reader = body?.getReader();
    if (!reader || !response.headers.get('Content-Type')?.startsWith('text/event-stream')) {
      throw new BridgeError('unexpected_answer', 'something other than a relay answered at this address');
    }
    try {
      const frames: { id: string | undefined; event: StreamEvent }[] = [];
      const parser = createParser({
        onEvent: ({ id, event = 'message', data }) => frames.push({ id, event: toStreamEvent(event, data) }),
      });
      const decoder = new TextDecoder();
      heard();
      this.#tries = 0;
      this.#enter({ kind: 'live' });
      if (this.#interrupted && this.#lastId === undefined) yield { type: 'gap' };
      this.#interrupted = true;
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        heard();
        parser.feed(decoder.decode(value, { stream: true }));
        for (const { id, event } of frames.splice(0)) {
          // Before it is handed out: who breaks off at this event has seen it.
          if (id !== undefined) this.#lastId = id;
          yield event;
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
      // Frees the connection when the caller has stopped in the middle. A dead one rejects: it is gone anyway.
      reader.cancel().catch(() => undefined);
    }
  }

  #call(signal: AbortSignal): Call {
    const { channels, consumer, receipts } = this.#query;
    return {
      method: 'GET',
      path: '/events',
      query: {
        ...(channels === 'all' ? { all: '1' } : { channel: channels }),
        since_id: this.#lastId,
        consumer_id: consumer,
        include: receipts === true ? 'receipts' : undefined,
        // Without it a long absence would be handed out in pages, each with a new connection (4.4).
        replay: 'all',
      },
      headers: { Accept: 'text/event-stream' },
      signal,
    };
  }

  async #pause(error: BridgeError): Promise<void> {
    this.#tries++;
    const delay = Math.max(retryDelay(this.#tries), (error.retryAfter ?? 0) * 1_000);
    this.#enter({ kind: 'waiting', error, tries: this.#tries, retryAt: Date.now() + delay });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delay);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#closing.signal.aborted) this.#wake();
    });
    this.#wake = undefined;
  }

  #enter(state: SubscriptionState): void {
    this.#state = state;
    this.#onState(state);
  }
}

/** Refusals that stay as they are until somebody changes something: a wrong token, a right that is missing. */
function isFinal({ code, status }: BridgeError): boolean {
  return code !== 'unreachable' && code !== 'unexpected_answer' && status < 500 && status !== 429;
}

function asBridgeError(thrown: unknown): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const { message } = toError(thrown);
  return new BridgeError('unreachable', `the stream has broken off: ${message}`, { cause: thrown });
}
