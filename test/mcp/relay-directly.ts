import type { Actor } from '../../src-main/relay/actor.ts';
import type { RelayLimits } from '../../src-main/relay/limits.ts';
import type { Page } from '../../src-main/relay/page.ts';
import type { Relay } from '../../src-main/relay/relay.ts';
import { parseSend } from '../../src-shared/api/sending.ts';
import type { StoredMessage } from '../../src-shared/message.ts';
import { everything } from '../support/access.ts';

export const relayLimits: RelayLimits = {
  maxMessageBytes: 131_072,
  maxSse: 10,
  maxSsePerChannel: 10,
  sseReplayLimit: 10,
  maxWaiters: 10,
  stuckMinutes: 10,
  presenceMinutes: 15,
  sendRatePerMinute: 600_000,
  sendBurst: 10_000,
  repeatsBeforeWarning: 5,
  refuseRepeats: false,
  maxHops: 20,
};

/** Who the tests themselves are when they use the relay directly. */
export const tester: Actor = { principal: 'the test', access: everything, transport: 'mcp' };

/** A page without messages. */
export function emptyPage(channel: string): Page {
  const delivered = () => undefined;
  const nothing = {
    nextCursor: null,
    stale: false,
    paused: false,
    lost: undefined,
    truncated: false,
    consumer: undefined,
  };
  return { channel, messages: [], ...nothing, delivered };
}

/** Stores a message without going through a tool. */
export async function sendDirectly(
  relay: Relay,
  channel: string,
  content: string,
  sender = 'alice',
): Promise<StoredMessage> {
  return (await relay.send(parseSend({ channel, sender, content }), tester)).message;
}
