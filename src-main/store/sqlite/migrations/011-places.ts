import type { Migration } from './migration.ts';

/**
 * Which messages a channel holds, in two tables instead of an index on `messages`. In an index each channel's newest place lies
 * on a page of its own, so that a commit of messages for sixty channels rewrote sixty pages. Now the newest places of all
 * channels share a few pages, and every 1,024 messages they move to the large table, where each channel's page is then touched
 * once. Triggers do it, because they also see the writes of other processes and of the Python program, which makes the
 * original's index anew whenever it opens the file.
 */
export const places: Migration = {
  version: 11,
  name: 'places',
  sql: `
    CREATE TABLE relay_settled_places (
      channel TEXT NOT NULL,
      seq INTEGER NOT NULL,
      PRIMARY KEY (channel, seq)
    ) WITHOUT ROWID;
    CREATE TABLE relay_recent_places (
      channel TEXT NOT NULL,
      seq INTEGER NOT NULL,
      PRIMARY KEY (channel, seq)
    ) WITHOUT ROWID;
    CREATE VIEW relay_places (channel, seq) AS
      SELECT channel, seq FROM relay_settled_places UNION ALL SELECT channel, seq FROM relay_recent_places;

    INSERT INTO relay_settled_places (channel, seq) SELECT channel, seq FROM messages ORDER BY channel, seq;

    CREATE TRIGGER relay_message_placed AFTER INSERT ON messages BEGIN
      INSERT INTO relay_recent_places (channel, seq) VALUES (new.channel, new.seq);
    END;
    CREATE TRIGGER relay_places_settled AFTER INSERT ON messages WHEN new.seq % 1024 = 0 BEGIN
      INSERT INTO relay_settled_places (channel, seq) SELECT channel, seq FROM relay_recent_places;
      DELETE FROM relay_recent_places;
    END;
    CREATE TRIGGER relay_message_displaced AFTER DELETE ON messages BEGIN
      DELETE FROM relay_settled_places WHERE channel = old.channel AND seq = old.seq;
      DELETE FROM relay_recent_places WHERE channel = old.channel AND seq = old.seq;
    END;

    -- As before, but by the places. Whether that of the removed message has gone already does not matter.
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
          (last_seq, last_timestamp) = (
            SELECT seq, timestamp FROM messages WHERE seq = (
              SELECT seq FROM relay_places WHERE channel = old.channel AND seq < old.seq ORDER BY seq DESC LIMIT 1))
        WHERE channel = old.channel AND last_seq = old.seq AND count > 0;
      UPDATE relay_senders SET count = count - 1 WHERE channel = old.channel AND sender = old.sender;
      DELETE FROM relay_senders WHERE channel = old.channel AND sender = old.sender AND count <= 0;
    END;
  `,
};
