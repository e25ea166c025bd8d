import { setTimeout as pause } from 'node:timers/promises';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import {
  EventSubscription,
  type SubscriptionOptions,
  type SubscriptionState,
} from '../../src-shared/client/event-subscription.ts';
import type { StreamEvent } from '../../src-shared/client/stream-event.ts';
import { printWarnings } from './output.ts';
import type { Talk } from './talk.ts';
import type { Target } from './target.ts';

/**
 * How often in a row the relay of this machine may refuse its own token: it takes requests a moment before its file says
 * which token is the new one.
 */
const restartRefusals = 10;
const restartPauseMs = 500;

/** The events of the relay until the command is broken off, through restarts of the relay. */
export async function* follow(
  { target, signal }: Talk,
  options: SubscriptionOptions,
): AsyncGenerator<StreamEvent, void> {
  let { since } = options;
  for (let refusals = 0; ; refusals++) {
    const subscription = new EventSubscription(target, {
      ...options,
      since,
      onState: (state) => {
        if (state.kind === 'live') refusals = 0;
        options.onState?.(state);
      },
    });
    const close = () => subscription.close();
    signal.addEventListener('abort', close);
    try {
      signal.throwIfAborted();
      yield* subscription;
      signal.throwIfAborted();
      return;
    } catch (error) {
      if (!isRestarting(error, target, refusals)) throw error;
      since = subscription.lastId;
      await pause(restartPauseMs, undefined, { signal });
    } finally {
      signal.removeEventListener('abort', close);
      subscription.close();
    }
  }
}

/** Whether the relay of this machine refuses its own token because it is being started anew. */
export function isRestarting(error: unknown, { found }: Target, refusals: number): boolean {
  const refused = error instanceof BridgeError && error.code === 'unauthorized';
  return found === 'running' && refused && refusals < restartRefusals;
}

/** Whether a request that has failed so often in a row may work when it is tried again. */
export function isPassing(error: unknown, target: Target, failures: number): boolean {
  if (isRestarting(error, target, failures)) return true;
  return error instanceof BridgeError && (error.status >= 500 || error.code === 'unexpected_answer');
}

/** Says on standard error when the relay is away and when it is back, once each. */
export function outageTeller(): (state: SubscriptionState) => void {
  let away = false;
  return (state) => {
    if (state.kind === 'waiting' && !away) {
      away = true;
      printWarnings([`${state.error.message}; trying again`]);
    } else if (state.kind === 'live' && away) {
      away = false;
      printWarnings(['the relay is back']);
    }
  };
}
