import { randomUUID } from 'node:crypto';
import Database from 'better-sqlite3';

/** The tables of 0.9.1 (wire specification 2.2, 2.3), written down here a second time on purpose. */
export const tablesOf091 = `
  CREATE TABLE IF NOT EXISTS messages (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    id        TEXT NOT NULL UNIQUE,
    channel   TEXT NOT NULL,
    sender    TEXT NOT NULL,
    content   TEXT NOT NULL,
    timestamp TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS idx_messages_channel ON messages(channel);
  CREATE INDEX IF NOT EXISTS idx_messages_timestamp ON messages(timestamp);
  CREATE TABLE IF NOT EXISTS audit (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    timestamp TEXT NOT NULL,
    event     TEXT NOT NULL,
    channel   TEXT,
    detail    TEXT,
    ip        TEXT
  );
`;

/** What 1.2.0 adds (2.4). */
const tablesOf120 = `
  CREATE TABLE IF NOT EXISTS bridge_events (
    event_seq INTEGER PRIMARY KEY AUTOINCREMENT,
    event_type TEXT NOT NULL CHECK (event_type IN ('message', 'clear')),
    channel TEXT NOT NULL,
    message_id TEXT,
    source_instance TEXT NOT NULL,
    payload TEXT NOT NULL,
    timestamp TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS idx_bridge_events_timestamp ON bridge_events(timestamp);
  CREATE TABLE IF NOT EXISTS bridge_schema_components (
    component TEXT PRIMARY KEY, version INTEGER NOT NULL, updated_at TEXT NOT NULL
  );
  INSERT OR IGNORE INTO bridge_schema_components VALUES ('reliability', 1, '2026-11-22T15:56:43.012387Z');
  CREATE TABLE IF NOT EXISTS bridge_idempotency (
    channel TEXT NOT NULL,
    sender TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    payload_sha256 TEXT NOT NULL CHECK (length(payload_sha256) = 64),
    state TEXT CHECK (state IN ('pending', 'committed')),
    message_id TEXT,
    message_seq INTEGER CHECK (message_seq > 0 OR message_seq IS NULL),
    created_at TEXT NOT NULL,
    expires_at TEXT,
    PRIMARY KEY (channel, sender, idempotency_key)
  );
  CREATE INDEX IF NOT EXISTS idx_bridge_idempotency_expiry ON bridge_idempotency(expires_at)
    WHERE expires_at IS NOT NULL;
  CREATE TABLE IF NOT EXISTS bridge_consumer_cursors (
    consumer_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    last_seq INTEGER NOT NULL CHECK (last_seq >= 0),
    last_message_id TEXT,
    updated_at TEXT NOT NULL,
    metadata_json TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (consumer_id, channel)
  );
  CREATE INDEX IF NOT EXISTS idx_bridge_cursors_channel ON bridge_consumer_cursors(channel, last_seq);
`;

export type PythonVersion = '0.9.1' | '1.2.0';

export interface PythonMessage {
  channel: string;
  sender: string;
  content: string;
  timestamp: string;
}

/** A database connection that does what the Python program does, statement by statement. */
export class PythonProgram {
  readonly db: Database.Database;
  readonly #version: PythonVersion;
  readonly #instance = randomUUID();

  constructor(path: string, version: PythonVersion) {
    this.#version = version;
    this.db = new Database(path);
    this.db.pragma('journal_mode = WAL');
    this.db.pragma('synchronous = NORMAL');
    this.db.exec(tablesOf091);
    if (version === '1.2.0') this.db.exec(tablesOf120);
  }

  /** Returns the id. */
  send({ channel, sender, content, timestamp }: PythonMessage): string {
    const id = randomUUID();
    this.db.transaction(() => {
      this.db
        .prepare('INSERT INTO messages (id, channel, sender, content, timestamp) VALUES (?, ?, ?, ?, ?)')
        .run(id, channel, sender, content, timestamp);
      this.#log('message', channel, id, '{}', timestamp);
    })();
    return id;
  }

  clear(channel: string, timestamp: string): void {
    this.db.transaction(() => {
      const { changes } = this.db.prepare('DELETE FROM messages WHERE channel = ?').run(channel);
      this.#log('clear', channel, null, JSON.stringify({ channel, cleared: changes }), timestamp);
    })();
  }

  trim(before: string): void {
    this.db.prepare('DELETE FROM messages WHERE timestamp < ?').run(before);
  }

  close(): void {
    this.db.close();
  }

  #log(type: string, channel: string, messageId: string | null, payload: string, timestamp: string): void {
    if (this.#version === '0.9.1') return;
    this.db
      .prepare(
        `INSERT INTO bridge_events (event_type, channel, message_id, source_instance, payload, timestamp)
         VALUES (?, ?, ?, ?, ?, ?)`,
      )
      .run(type, channel, messageId, this.#instance, payload, timestamp);
  }
}
