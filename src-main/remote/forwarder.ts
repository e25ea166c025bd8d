import { setTimeout as pause } from 'node:timers/promises';
import type { CallToolResult, JSONRPCNotification } from '@modelcontextprotocol/sdk/types.js';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { retryDelay } from '../../src-shared/client/back-off.ts';
import { ConfigurationError } from '../settings/configuration-error.ts';
import { leaving, refused, unreachable, type FailedCall } from './answers.ts';
import type { Link, Outage } from './link.ts';
import { NoConnection } from './no-connection.ts';
import type { PlannedCall } from './planned-call.ts';
import { SessionLost } from './refusal.ts';

export interface ForwarderParts {
  link: Link;
  /** Address of the relay, for answers. */
  relay: string;
  /** Aborted when the client has closed its end: waits end, and nothing is tried again. */
  stopping: AbortSignal;
  /** Aborted a moment later: what is under way is given up, too. */
  stopped: AbortSignal;
}

export interface ForwardOptions {
  /** Aborted when the client cancels the call. */
  cancelled: AbortSignal;
  onNotification: (notification: JSONRPCNotification) => void;
}

/** How much later than it should a wait may be answered before it counts as swallowed by the network, in ms. */
const latenessMs = 3_000;

/** A try that lasted longer than this was no failure from the start, in ms. */
const soundMs = 5_000;

/**
 * Carries one call to the relay and its answer back, through interruptions as far as that is safe. What goes wrong is
 * an answer that a model can read.
 * @throws McpError for a call that the relay refuses as a call
 */
export function forward(
  { link, relay, stopping, stopped }: ForwarderParts,
  call: PlannedCall,
  { cancelled, onNotification }: ForwardOptions,
): Promise<CallToolResult> {
  const attempt = new Forwarding(link, { relay, call, mayBeDone: false });
  return attempt.run({
    onNotification,
    cancelled,
    trying: AbortSignal.any([cancelled, stopping, AbortSignal.timeout(call.patienceMs)]),
    underWay: call.waits
      ? AbortSignal.any([cancelled, stopping, AbortSignal.timeout(call.patienceMs + latenessMs)])
      : AbortSignal.any([cancelled, stopped]),
    stopping,
  });
}

interface RunOptions extends ForwardOptions {
  /** As long as it is not aborted, it goes on trying. */
  trying: AbortSignal;
  /** Ends a try that is under way. */
  underWay: AbortSignal;
  stopping: AbortSignal;
}

class Forwarding {
  readonly #link: Link;
  readonly #failed: FailedCall;
  readonly #began = performance.now();
  /** Tries in a row that were cut short. */
  #interruptions = 0;

  constructor(link: Link, failed: FailedCall) {
    this.#link = link;
    this.#failed = failed;
  }

  async run(options: RunOptions): Promise<CallToolResult> {
    for (;;) {
      const answer = await this.#try(options);
      if (answer) return answer;
    }
  }

  get #leftMs(): number {
    return this.#failed.call.patienceMs - (performance.now() - this.#began);
  }

  /** Undefined if it is to be tried again. */
  async #try(options: RunOptions): Promise<CallToolResult | undefined> {
    const { call } = this.#failed;
    let session;
    try {
      // The first interruption is as a rule the only one; the link has its own pauses.
      const pauseMs = this.#interruptions > 1 ? retryDelay(this.#interruptions - 1) : 0;
      if (pauseMs > 0) await pause(pauseMs, undefined, { signal: options.trying });
      session = await this.#link.session(options.trying);
      const { underWay: signal, onNotification } = options;
      const began = performance.now();
      try {
        const params = call.paramsWithin(this.#leftMs);
        const result = await session.callTool(params, { signal, onNotification, patient: call.waits });
        if (!call.endedEarly(result, this.#leftMs)) return result;
      } finally {
        this.#interruptions = performance.now() - began > soundMs ? 1 : this.#interruptions + 1;
      }
      return undefined;
    } catch (error) {
      options.cancelled.throwIfAborted();
      if (session === undefined || options.underWay.aborted) {
        return this.#giveUp(error, options, session !== undefined);
      }
      if (error instanceof SessionLost) {
        this.#link.lost(session);
        return undefined;
      }
      if (!(error instanceof NoConnection)) return this.#refused(error);
      this.#failed.mayBeDone ||= error.mayHaveArrived;
      this.#link.lost(session, error);
      return this.#failed.mayBeDone && !call.repeatable ? this.#unreachable() : undefined;
    }
  }

  #giveUp(error: unknown, { trying, stopping }: RunOptions, wasUnderWay: boolean): CallToolResult {
    this.#failed.mayBeDone ||= wasUnderWay;
    if (stopping.aborted) return leaving(this.#failed);
    return trying.aborted ? this.#unreachable() : this.#refused(error);
  }

  #unreachable(): CallToolResult {
    return unreachable(this.#failed, this.#link.outage ?? this.#silence());
  }

  /** Not even the first try has failed yet. */
  #silence(): Outage {
    const now = Date.now();
    return {
      since: now - (performance.now() - this.#began),
      reason: 'it does not answer',
      tries: 0,
      nextTryAt: now,
    };
  }

  #refused(error: unknown): CallToolResult {
    if (error instanceof BridgeError) return refused(this.#failed, error);
    // The token file can no longer be used.
    if (error instanceof ConfigurationError)
      return refused(this.#failed, new BridgeError('unauthorized', error.message));
    throw error;
  }
}
