import type { Migration } from './migration.ts';

/**
 * Who reads under a name learns that unread messages were removed, whoever removed them. So each removal is counted
 * with its row, and not only when its event is logged: a crash in between loses nothing, and what other programs
 * delete is told too.
 *
 * `removed_seq`: the newest message that was ever removed. `untold`: messages that were removed without an event in the
 * log so far. `removals_known`: the `removed_total` of which a consumer knows.
 */
export const removals: Migration = {
  version: 8,
  name: 'removals',
  sql: `
    ALTER TABLE relay_channels ADD COLUMN removed_seq INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE relay_channels ADD COLUMN untold INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE relay_followers ADD COLUMN removals_known INTEGER NOT NULL DEFAULT 0;
    UPDATE relay_followers SET removals_known = coalesce(
      (SELECT removed_total FROM relay_channels AS c WHERE c.channel = relay_followers.channel), 0);

    DROP TRIGGER relay_message_removed;
    CREATE TRIGGER relay_message_removed AFTER DELETE ON messages
      WHEN old.seq > (SELECT floor_seq FROM relay_channels WHERE channel = old.channel)
    BEGIN
      UPDATE relay_channels SET
          count = count - 1,
          removed_total = removed_total + 1,
          removed_seq = max(removed_seq, old.seq),
          untold = untold + 1
        WHERE channel = old.channel;
      UPDATE relay_channels SET
          last_seq = (SELECT max(seq) FROM messages WHERE channel = old.channel),
          last_timestamp = (SELECT timestamp FROM messages WHERE channel = old.channel ORDER BY seq DESC LIMIT 1)
        WHERE channel = old.channel AND last_seq = old.seq AND count > 0;
      UPDATE relay_senders SET count = count - 1 WHERE channel = old.channel AND sender = old.sender;
      DELETE FROM relay_senders WHERE channel = old.channel AND sender = old.sender AND count <= 0;
    END;

    -- An empty channel may be forgotten. Epochs go up with the events, so one that begins again has another.
    CREATE TRIGGER relay_channel_begun AFTER INSERT ON relay_channels BEGIN
      UPDATE relay_channels SET epoch = coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'relay_events'), 0)
        WHERE channel = new.channel;
    END;

    DROP TRIGGER relay_cursor_made;
    CREATE TRIGGER relay_cursor_made AFTER INSERT ON bridge_consumer_cursors BEGIN
      INSERT INTO relay_followers (channel, consumer, read_seq, last_seen, removals_known)
        VALUES (new.channel, new.consumer_id, 0, new.updated_at, coalesce(
          (SELECT removed_total FROM relay_channels WHERE channel = new.channel), 0))
        ON CONFLICT (channel, consumer) DO NOTHING;
    END;
  `,
};
