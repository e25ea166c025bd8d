import type { Encoding } from '../encoding.ts';
import type { Envelope } from '../envelope.ts';
import type { MessageRecord } from '../message-record.ts';
import type { Origin } from '../message.ts';

/** What was removed behind a cursor. */
export interface HistoryLost {
  /** Messages removed since the cursor; the reader may have seen some of them. */
  removed: number;
  since: string;
}

/** One item of `GET /api/messages` (3.4). With `full`, `content` stands in place of `preview`. */
export interface MessageItem {
  seq: number;
  id: string;
  ts: string;
  ts_full: string;
  sender: string;
  is_json: boolean;
  origin: Origin | null;
  preview?: string;
  content?: string;
  /** Only when the content is an envelope, which is then `message` (6.1). */
  encoding?: 'structured';
  message?: Envelope;
}

export interface MessagesResponse {
  channel: string;
  messages: MessageItem[];
  next_cursor?: string | null;
  /** Only with `before_id`: where to go on backwards; null at the beginning of the channel. */
  previous_cursor?: string | null;
  /** Only if it was sent. */
  consumer_id?: string;
  /** `paused`: the relay hands nothing out for now, whatever there is. */
  warning?: 'since_id_not_found' | 'paused';
  /** Beside the warning, if it can be told; or what was removed before the consumer acknowledged it. */
  history_lost?: HistoryLost;
  /** The page ends before its limit because it reached the size limit; go on from `next_cursor`. */
  truncated?: true;
  index_behind?: IndexBehind;
}

/** The newest messages, at most so many, are not in the index yet. Only where that is so: right after an upgrade. */
export type IndexBehind = number;

/** `GET /api/wait` (3.9). All keys but the last two are always there. */
export interface WaitResponse {
  channel: string;
  messages: MessageRecord[];
  next_cursor: string | null;
  consumer_id: string | null;
  warning: 'since_id_not_found' | 'paused' | null;
  timed_out: boolean;
  history_lost?: HistoryLost;
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
  origin: Origin | null;
  content: string;
  content_parsed: unknown;
  bytes: number;
  encoding: Encoding;
  message?: Envelope;
  parse_warning?: string;
}

/** `GET /api/messages`; `full` brings whole contents instead of previews. */
export interface MessagesQuery {
  channel: string;
  since_id?: string | undefined;
  before_id?: string | undefined;
  consumer_id?: string | undefined;
  limit?: number | undefined;
  full?: boolean | undefined;
  /** Only tasks and questions that wait for their answer. */
  open?: boolean | undefined;
}

export interface WaitQuery {
  channel: string;
  since_id?: string | undefined;
  consumer_id?: string | undefined;
  limit?: number | undefined;
  timeout_seconds?: number | undefined;
}
