import * as z from 'zod';
import type { ErrorCode } from './bridge-error.ts';
import { channelName, consumerName, existingChannel, messageId } from './channel.ts';
import type { Encoding } from './encoding.ts';
import type { Envelope } from './envelope.ts';
import { checked } from './fault.ts';
import { jsonFault } from './json-value.ts';
import type { Origin } from './message.ts';
import type { MessageRecord } from './message-record.ts';

/** The body of `POST /api/clear` and the input of `bridge_clear` (3.8). */
export const clearRequest = z.object({ channel: existingChannel });
export type ClearRequest = z.infer<typeof clearRequest>;

/** A cursor: the id of a message or event. An empty one counts as absent. */
export const cursor = z
  .string('must be a string')
  .nullish()
  .transform((id) => (id === null || id === '' ? undefined : id))
  .pipe(messageId.optional());

/** A consumer that may be left out. */
export const consumer = consumerName.nullish().transform((id) => id ?? undefined);

/** A condition that may be left out. An empty one counts as absent, as pages with forms send it. */
const condition = z
  .string('must be a string')
  .nullish()
  .transform((text) => (text === null || text === '' ? undefined : text));

/** The query of `GET /api/search`. What is wrong with `q` itself is said of `query`. */
export const searchQuery = z.object({
  q: condition,
  channel: condition,
  sender: condition,
  type: condition,
  since_id: cursor,
  before_id: cursor,
});

/** The query of `GET /api/threads`: the id of any message of a thread, or its name. */
export const threadQuery = z.object({ id: messageId, channel: condition, before_id: cursor });

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

/** Who is there to see a message at the moment at which it was sent. Nothing here says that anybody has read it. */
export interface Listening {
  /** Agents that wait for this channel right now, by name where they gave one. */
  waiting: number;
  /** Open event streams on this channel. */
  streaming: number;
  /** Consumers that follow the channel, with the time they were last heard from. */
  consumers: { consumer_id: string; last_seen: string }[];
  /** Nobody waits, streams or follows: the message lies there until somebody asks for it. */
  nobody: boolean;
}

/** `POST /api/send` → 200. */
export interface SendResponse {
  id: string;
  seq: number;
  channel: string;
  ts: string;
  deduplicated: boolean;
  listening: Listening;
  /** The relay is paused: the message is stored, and handed out when that is over. */
  paused?: true;
  /** The same was said several times in a row: a loop, perhaps. */
  warning?: 'identical_repeat';
}

/** What was removed behind a cursor. */
export interface HistoryLost {
  /** Messages removed since the cursor; the reader may have seen some of them. */
  removed: number;
  since: string;
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

/** `GET /api/agents`. */
export interface AgentsResponse {
  agents: AgentBody[];
}

export interface AgentBody {
  name: string;
  principal: string;
  client: { name: string; version: string } | null;
  transport: string;
  address: string | null;
  first_seen: string;
  last_seen: string;
  waiting: string[];
  streaming: string[];
  unread: number;
  stuck: boolean;
}

/** `GET /api/addresses`: loopback first, then the best for other machines. */
export interface AddressesResponse {
  addresses: RelayAddress[];
}

/** One way to reach a relay, whether or not it can be taken as the relay runs now. */
export interface RelayAddress {
  /** Without a path and a slash at the end. */
  url: string;
  /** An IP address, IPv6 without brackets, or a name. */
  host: string;
  kind: 'loopback' | 'lan' | 'tailnet' | 'ipv6' | 'wsl' | 'container';
  /** For people, for example "tailnet (tailscale0)". */
  label: string;
  /** The relay is bound to it. */
  listening: boolean;
  /** The relay answers requests that name it as their host. */
  accepted: boolean;
  /** The best one to give to another machine; at most one is. */
  recommended: boolean;
}

/** `GET /api/refusals`: newest first. */
export interface RefusalsResponse {
  refusals: RefusalBody[];
}

/** Requests that came to the relay and not in: of programs that are being set up, or of those who have no business here. */
export interface RefusalBody {
  /** Of the last one. */
  at: string;
  /** The same from the same address, one after the other. */
  times: number;
  address: string;
  method: string;
  /** Without the query. */
  path: string;
  /** What the program calls itself. */
  user_agent: string | null;
  code: ErrorCode;
  /** It brought something in the header `Authorization`. */
  with_credential: boolean;
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
type IndexBehind = number;

/** A message that was found, in whichever channel. */
export interface FoundMessage extends MessageItem {
  channel: string;
}

/** `GET /api/search` (6.9). */
export interface SearchResponse {
  /** What was asked for; null if only other conditions were. */
  query: string | null;
  /** Newest first. */
  results: FoundMessage[];
  /** `before_id` of the next page, or null if this is the last one. */
  next_before: string | null;
  warning?: 'since_id_not_found' | 'paused';
  index_behind?: IndexBehind;
}

/** `GET /api/threads` (6.9). */
export interface ThreadResponse {
  /** The name that its messages share, or the id of the message that all of them answer. */
  thread: string;
  /** Oldest first. */
  messages: FoundMessage[];
  /** A task or question in it waits for its answer. */
  open: boolean;
  /** `before_id` of the page before this one, or null if there is none. */
  previous_cursor: string | null;
  warning?: 'since_id_not_found' | 'paused';
  index_behind?: IndexBehind;
}

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
  /** Another one as soon as the channel has lost messages: cursors into it may be stale. */
  epoch: number;
  /** Tasks and questions that wait for their answer. */
  open: number;
  /** Time of the oldest of them. */
  oldest_open_ts: string | null;
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
  /** Clients that wait for messages right now. */
  waiters: number;
  /** Tasks and questions that wait for their answer, in all channels. */
  open_questions: number;
  /** How many entries of `GET /api/consumers` are stuck. */
  stuck_consumers: number;
  retention_days: number;
  audit_enabled: boolean;
  /** Messages are stored and none is handed out. */
  paused: boolean;
  paused_since: string | null;
  /** Messages that have been stored since. */
  held_messages: number;
}

/** `POST /api/relay/pause` and `POST /api/relay/resume`. */
export interface PauseResponse {
  paused: boolean;
  paused_since: string | null;
  held_messages: number;
}

/** `GET /api/storage` (3.15). */
export interface StorageResponse {
  /** The file of the messages. */
  database: string;
  bytes: number;
  /** What was written and has not been merged into it yet. */
  log_bytes: number;
  /** What the next sweep removes, with the days that are set or asked for. */
  expiring: {
    /** Messages from before this moment. */
    before: string;
    messages: number;
    /** There are more than were counted. */
    more: boolean;
  };
  next_sweep_at: string;
}

/** `GET /api/sessions` (7.3). */
export interface SessionsResponse {
  sessions: SessionBody[];
}

/** A browser that is signed in. */
export interface SessionBody {
  /** Has nothing to do with the secret. */
  id: string;
  /** The credential that was used to sign in. */
  credential: string;
  created_at: string;
  last_used_at: string;
  expires_at: string;
  /** From where it was signed in. */
  address: string;
  /** As the browser named itself; empty if it did not. */
  user_agent: string;
  /** Requests and streams that are open now. */
  open: number;
  /** It is the one that asks. */
  current: boolean;
}

/** One row of the audit log (7.6). */
export interface AuditEvent {
  id: number;
  timestamp: string;
  event: string;
  channel: string | null;
  detail: string | null;
  /** The address of the client. */
  ip: string | null;
  /** The label of the credential that was used. */
  by: string | null;
}

export interface AuditResponse {
  enabled: boolean;
  events: AuditEvent[];
}

/** `POST /api/import` (3.16). A dry run counts what would be imported. */
export interface ImportResponse {
  dry_run: boolean;
  /** The export was there to its end line. */
  complete: boolean;
  lines: number;
  /** `skipped`: was there already. */
  messages: { imported: number; skipped: number };
  cursors: { imported: number; skipped: number };
  /** Lines that were left out because something is wrong with them; the first ones, with the reason. */
  refused: number;
  errors: { line: number; code: ErrorCode; field?: string; error: string }[];
}
