import * as z from 'zod';
import { channelName, consumerName, existingChannel, messageId } from '../channel.ts';
import { checked } from '../fault.ts';
import { jsonFault } from '../json-value.ts';

/** The body of `POST /api/consumers/reset`: without a message the cursor goes to the very beginning. */
export const consumerResetRequest = z.object({
  channel: existingChannel,
  consumer_id: consumerName,
  message_id: messageId.nullish(),
});

/** Largest `metadata` of an ack, in bytes of its canonical form (wire specification 3.10). */
const maxAckMetadataBytes = 16_384;

/** The body of `POST /api/ack` and the input of `bridge_ack`. */
export const ackRequest = z.object({
  channel: channelName,
  consumer_id: consumerName,
  message_id: messageId,
  metadata: z
    .record(z.string(), z.unknown(), 'must be an object')
    .check(checked((metadata) => jsonFault(metadata, maxAckMetadataBytes)))
    .nullish(),
});
export type AckRequestBody = z.infer<typeof ackRequest>;

/** `POST /api/ack` → 200. */
export interface AckResponse {
  consumer_id: string;
  channel: string;
  last_seq: number;
  last_message_id: string | null;
  updated_at: string;
  advanced: boolean;
}

/** `GET /api/consumers`. */
export interface ConsumersResponse {
  consumers: ConsumerBody[];
  stuck_after_minutes: number;
}

export interface ConsumerBody {
  consumer_id: string;
  channel: string;
  acked_seq: number;
  acked_id: string | null;
  acked_at: string | null;
  read_seq: number;
  last_seen: string;
  unread: number;
  /** There are more unread messages than were counted. */
  unread_more: boolean;
  oldest_unread_at: string | null;
  oldest_unread_seconds: number | null;
  stuck: boolean;
}

/** `GET /api/messages/{id}/receipts`. */
export interface ReceiptsResponse {
  id: string;
  seq: number;
  channel: string;
  stored_at: string;
  /** `read`: handed out completely to that consumer. `acked`: the consumer said it is done with it. */
  receipts: { consumer_id: string; read_at: string | null; acked_at: string | null }[];
}
