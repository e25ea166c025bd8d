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
