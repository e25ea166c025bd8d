import * as z from 'zod';
import { channelName, existingChannel, messageId, senderName } from './channel.ts';
import { messageContent } from './message.ts';

/** The body of `POST /api/send` and the input of `bridge_send` (wire specification 3.7, 5.3). Unknown keys are ignored. */
export const sendRequest = z.object({ channel: channelName, sender: senderName, content: messageContent });
export type SendRequest = z.infer<typeof sendRequest>;

/** The body of `POST /api/clear` and the input of `bridge_clear` (3.8). */
export const clearRequest = z.object({ channel: existingChannel });
export type ClearRequest = z.infer<typeof clearRequest>;

/** A cursor: the id of a message or event. An empty one counts as absent. */
export const cursor = z
  .string('must be a string')
  .nullish()
  .transform((id) => (id === null || id === '' ? undefined : id))
  .pipe(messageId.optional());

/** `POST /api/send` → 200. */
export interface SendResponse {
  id: string;
  seq: number;
  channel: string;
  ts: string;
  deduplicated: boolean;
}

export interface ClearResponse {
  channel: string;
  cleared: number;
}

/** One item of `GET /api/messages` (3.4). With `full`, `content` stands in place of `preview`. */
export interface MessageItem {
  seq: number;
  id: string;
  ts: string;
  ts_full: string;
  sender: string;
  is_json: boolean;
  preview?: string;
  content?: string;
}

export interface MessagesResponse {
  channel: string;
  messages: MessageItem[];
  next_cursor?: string | null;
  warning?: 'since_id_not_found';
  /** The page ends before its limit because it reached the size limit; go on from `next_cursor`. */
  truncated?: true;
}

/** `GET /api/messages/{id}` (3.6). */
export interface MessageDetail {
  seq: number;
  id: string;
  channel: string;
  sender: string;
  ts: string;
  is_json: boolean;
  content: string;
  content_parsed: unknown;
  bytes: number;
}

/** `GET /status` (1.7): exactly these keys, always public. */
export interface StatusResponse {
  service: 'claude-bridge';
  status: 'online';
  version: string;
  server_time: string;
}

export interface ChannelState {
  id: string;
  group: string;
  name: string;
  count: number;
  last_ts: string;
  last_ts_full: string;
  senders: string[];
}

/** `GET /api/state` (3.3). */
export interface StateResponse extends StatusResponse {
  uptime_seconds: number;
  uptime_human: string;
  total_messages: number;
  channels: ChannelState[];
  sse_subscribers: number;
  sse_dropped_events: number;
  /** Streams that are behind and being read forward from the store. */
  sse_lagging: number;
  retention_days: number;
  audit_enabled: boolean;
}

/** One row of the audit log (7.6). */
export interface AuditEvent {
  id: number;
  timestamp: string;
  event: string;
  channel: string | null;
  detail: string | null;
  ip: string | null;
}

export interface AuditResponse {
  enabled: boolean;
  events: AuditEvent[];
}
