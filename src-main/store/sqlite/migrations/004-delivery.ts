import type { Migration } from './migration.ts';

/**
 * What became of a message. Keys and cursors lie in the tables of Claude-Bridge 1.2.0, exactly as it makes them (wire
 * specification 2.4); reads and acks are rows of the event log, so that their order, their ids and their publication
 * in every process come for free.
 */
export const delivery: Migration = {
  version: 4,
  name: 'delivery',
  sql: `
    CREATE TABLE IF NOT EXISTS bridge_idempotency (
      channel TEXT NOT NULL,
      sender TEXT NOT NULL,
      idempotency_key TEXT NOT NULL,
      payload_sha256 TEXT NOT NULL CHECK (length(payload_sha256) = 64),
      state TEXT NOT NULL CHECK (state IN ('pending', 'committed')),
      message_id TEXT,
      message_seq INTEGER CHECK (message_seq IS NULL OR message_seq > 0),
      created_at TEXT NOT NULL,
      expires_at TEXT,
      PRIMARY KEY (channel, sender, idempotency_key),
      CHECK (
        (state = 'pending' AND message_id IS NULL AND message_seq IS NULL) OR
        (state = 'committed' AND message_id IS NOT NULL AND message_seq IS NOT NULL)
      )
    );
    CREATE INDEX IF NOT EXISTS idx_bridge_idempotency_expiry
      ON bridge_idempotency (expires_at) WHERE expires_at IS NOT NULL;

    CREATE TABLE IF NOT EXISTS bridge_consumer_cursors (
      consumer_id TEXT NOT NULL,
      channel TEXT NOT NULL,
      last_seq INTEGER NOT NULL CHECK (last_seq >= 0),
      last_message_id TEXT,
      updated_at TEXT NOT NULL,
      metadata_json TEXT NOT NULL DEFAULT '{}',
      PRIMARY KEY (consumer_id, channel)
    );
    CREATE INDEX IF NOT EXISTS idx_bridge_cursors_channel ON bridge_consumer_cursors (channel, last_seq);

    -- A key lives as long as its message.
    CREATE INDEX relay_keys_by_message ON bridge_idempotency (message_seq) WHERE message_seq IS NOT NULL;
    CREATE TRIGGER relay_key_freed AFTER DELETE ON messages BEGIN
      DELETE FROM bridge_idempotency WHERE message_seq = old.seq;
    END;

    -- Changed whenever a channel loses messages, so that a reader learns that history is gone, and how much.
    ALTER TABLE relay_channels ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE relay_channels ADD COLUMN removed_total INTEGER NOT NULL DEFAULT 0;
    UPDATE relay_channels SET removed_total = (
      SELECT coalesce(sum(removed), 0) FROM relay_events WHERE relay_events.channel = relay_channels.channel);

    ALTER TABLE relay_events ADD COLUMN consumer TEXT;
    ALTER TABLE relay_events ADD COLUMN first_seq INTEGER;
    ALTER TABLE relay_events ADD COLUMN last_seq INTEGER;
    -- The receipts of one consumer and type never overlap, so that the next one at or after a message tells all.
    CREATE INDEX relay_receipts ON relay_events (channel, consumer, type, last_seq) WHERE consumer IS NOT NULL;
    CREATE INDEX relay_removals ON relay_events (channel, timestamp) WHERE removed > 0;

    CREATE TABLE relay_followers (
      channel TEXT NOT NULL,
      consumer TEXT NOT NULL,
      read_seq INTEGER NOT NULL,
      last_seen TEXT NOT NULL,
      PRIMARY KEY (channel, consumer)
    ) WITHOUT ROWID;
    INSERT INTO relay_followers (channel, consumer, read_seq, last_seen)
      SELECT channel, consumer_id, 0, updated_at FROM bridge_consumer_cursors;
    -- Cursors that the Python program makes later on.
    CREATE TRIGGER relay_cursor_made AFTER INSERT ON bridge_consumer_cursors BEGIN
      INSERT INTO relay_followers (channel, consumer, read_seq, last_seen)
        VALUES (new.channel, new.consumer_id, 0, new.updated_at)
        ON CONFLICT (channel, consumer) DO NOTHING;
    END;
  `,
};
