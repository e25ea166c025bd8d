import type { AgentBody } from '../../src-shared/api/agents.ts';
import type {
  AckRequestBody,
  AckResponse,
  ConsumerBody,
  ReceiptsResponse,
} from '../../src-shared/api/consumers.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { canonicalJson } from '../../src-shared/canonical-json.ts';
import { formatTimestamp } from '../../src-shared/time.ts';
import type { ConsumerFilter, ConsumerState } from '../store/consumers.ts';
import type { MessageStore } from '../store/message-store.ts';
import type { Actor } from './actor.ts';
import type { Audience } from './audience.ts';
import type { Presence } from './presence.ts';

export interface ConsumersParts {
  store: MessageStore;
  presence: Presence;
  audience: Audience;
  stuckMinutes: () => number;
}

/** A consumer on a channel. */
export interface ConsumerTarget {
  consumer: string;
  channel: string;
}

export interface ResetTarget extends ConsumerTarget {
  /** The message behind which the cursor is put; without it, the very beginning. */
  messageId?: string | undefined;
}

/** Named readers: where they stand, what they have not read, what became of a message. */
export class Consumers {
  readonly #parts: ConsumersParts;

  constructor(parts: ConsumersParts) {
    this.#parts = parts;
  }

  /** Moves a consumer's cursor forward. @throws BridgeError `not_found` */
  async ack(
    { channel, consumer_id, message_id, metadata }: AckRequestBody,
    actor: Actor,
  ): Promise<AckResponse> {
    actor.access.require('read', channel);
    this.#parts.presence.saw(consumer_id, channel, actor);
    const outcome = await this.#parts.store.acknowledge({
      consumer: consumer_id,
      channel,
      messageId: message_id,
      metadata: metadata ? canonicalJson(metadata) : undefined,
    });
    return {
      consumer_id,
      channel,
      last_seq: outcome.lastSeq,
      last_message_id: outcome.lastMessageId,
      updated_at: outcome.updatedAt,
      advanced: outcome.advanced,
    };
  }

  /** Those of the channels that may be read. @throws BridgeError `missing_right` for a channel that may not */
  async list(filter: ConsumerFilter, { access }: Actor): Promise<ConsumerBody[]> {
    if (filter.channel !== undefined) access.require('read', filter.channel);
    const stuckMs = this.#parts.stuckMinutes() * 60_000;
    const now = Date.now();
    const states = await this.#parts.store.consumers(filter);
    return states
      .filter(({ channel }) => access.mayRead(channel))
      .map((state) => toBody(state, { now, stuckMs }));
  }

  /** How many entries of the list have left a message unread for too long. */
  async countStuck({ access }: Actor): Promise<number> {
    const stuckMs = this.#parts.stuckMinutes() * 60_000;
    const channels = await this.#parts.store.stuckOn(formatTimestamp(Date.now() - stuckMs));
    return channels.filter((channel) => access.mayRead(channel)).length;
  }

  /**
   * Puts a consumer's cursor behind a message, or at the very beginning.
   * @throws BridgeError `not_found`
   */
  async reset({ consumer, channel, messageId }: ResetTarget, { access }: Actor): Promise<void> {
    access.require('admin', channel);
    const position =
      messageId === undefined ? { seq: 0 } : await this.#parts.store.locate(channel, messageId);
    if (!position) throw notFound('message', 'message_id');
    const known = await this.#parts.store.resetConsumer({ consumer, channel, toSeq: position.seq });
    if (!known) throw notFound('consumer', 'consumer_id');
  }

  /** Forgets a consumer on a channel. @throws BridgeError `not_found` */
  async remove(target: ConsumerTarget, { access }: Actor): Promise<void> {
    access.require('admin', target.channel);
    if (!(await this.#parts.store.deleteConsumer(target))) throw notFound('consumer', 'consumer_id');
    this.#parts.audience.forget(target.channel);
  }

  /** What became of a message. @throws BridgeError `not_found` */
  async receipts(id: string, { access }: Actor): Promise<ReceiptsResponse> {
    const message = await this.#parts.store.find(id);
    if (!message || !access.mayRead(message.channel)) {
      throw new BridgeError('not_found', 'not found', { field: 'id' });
    }
    const receipts = await this.#parts.store.receipts(message);
    return {
      id,
      seq: message.seq,
      channel: message.channel,
      stored_at: message.timestamp,
      receipts: receipts.map(({ consumer, readAt, ackedAt }) => ({
        consumer_id: consumer,
        read_at: readAt,
        acked_at: ackedAt,
      })),
    };
  }

  /** Who is here, as far as the one who asks may know (see `Presence.list`), with what each has not read. */
  async agents(actor: Actor): Promise<AgentBody[]> {
    const unread = unreadByName(await this.list({}, actor));
    return this.#parts.presence.list(actor).map(({ firstSeen, lastSeen, client, address, ...agent }) => ({
      ...agent,
      client: client ?? null,
      address: address ?? null,
      first_seen: formatTimestamp(firstSeen),
      last_seen: formatTimestamp(lastSeen),
      unread: unread.get(agent.name)?.count ?? 0,
      stuck: unread.get(agent.name)?.stuck ?? false,
    }));
  }
}

function toBody(state: ConsumerState, { now, stuckMs }: { now: number; stuckMs: number }): ConsumerBody {
  const { oldestUnreadAt } = state;
  const age = oldestUnreadAt === null ? null : ageOf(oldestUnreadAt, now);
  return {
    consumer_id: state.consumer,
    channel: state.channel,
    acked_seq: state.ackedSeq,
    acked_id: state.ackedId,
    acked_at: state.ackedAt,
    read_seq: state.readSeq,
    last_seen: state.lastSeen,
    unread: state.unread,
    unread_more: state.unreadMore,
    oldest_unread_at: oldestUnreadAt,
    oldest_unread_seconds: age === null ? null : Math.floor(age / 1000),
    stuck: age !== null && age > stuckMs,
  };
}

/** In ms; null for a time that is none: rows written by hand may hold anything. */
function ageOf(timestamp: string, now: number): number | null {
  const age = now - Date.parse(timestamp);
  return Number.isNaN(age) ? null : Math.max(0, age);
}

function unreadByName(consumers: readonly ConsumerBody[]): Map<string, { count: number; stuck: boolean }> {
  const byName = new Map<string, { count: number; stuck: boolean }>();
  for (const { consumer_id, unread, stuck } of consumers) {
    const known = byName.get(consumer_id) ?? { count: 0, stuck: false };
    byName.set(consumer_id, { count: known.count + unread, stuck: known.stuck || stuck });
  }
  return byName;
}

function notFound(what: string, field: string): BridgeError {
  return new BridgeError('not_found', `no such ${what} in this channel`, { field });
}
