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
