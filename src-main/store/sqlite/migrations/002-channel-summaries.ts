import type { Migration } from './migration.ts';

/**
 * What a reader needs often is maintained, not computed: count, newest message and senders of each channel. Triggers
 * do it, because they also see the writes of other processes and of the Python program.
 *
 * `floor_seq`: messages up to it were cleared. Readers skip them at once; their rows go in the background, so that
 * clearing half a million messages holds nobody up.
 */
export const channelSummaries: Migration = {
  version: 2,
  name: 'channel summaries',
  sql: `
    CREATE TABLE relay_channels (
      channel TEXT PRIMARY KEY,
      count INTEGER NOT NULL,
      last_seq INTEGER NOT NULL,
      last_timestamp TEXT NOT NULL,
      floor_seq INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID;

    CREATE TABLE relay_senders (
      channel TEXT NOT NULL,
      sender TEXT NOT NULL,
      count INTEGER NOT NULL,
      PRIMARY KEY (channel, sender)
    ) WITHOUT ROWID;

    INSERT INTO relay_channels (channel, count, last_seq, last_timestamp)
      SELECT summary.channel, summary.count, summary.last_seq, newest.timestamp
      FROM (SELECT channel, count(*) AS count, max(seq) AS last_seq FROM messages GROUP BY channel) AS summary
      JOIN messages AS newest ON newest.seq = summary.last_seq;

    INSERT INTO relay_senders (channel, sender, count)
      SELECT channel, sender, count(*) FROM messages GROUP BY channel, sender;

    CREATE TRIGGER relay_message_added AFTER INSERT ON messages BEGIN
      INSERT INTO relay_channels (channel, count, last_seq, last_timestamp)
        VALUES (new.channel, 1, new.seq, new.timestamp)
        ON CONFLICT (channel) DO UPDATE SET
          count = count + 1,
          last_seq = excluded.last_seq,
          last_timestamp = excluded.last_timestamp;
      INSERT INTO relay_senders (channel, sender, count)
        VALUES (new.channel, new.sender, 1)
        ON CONFLICT (channel, sender) DO UPDATE SET count = count + 1;
    END;

    CREATE TRIGGER relay_message_removed AFTER DELETE ON messages
      WHEN old.seq > (SELECT floor_seq FROM relay_channels WHERE channel = old.channel)
    BEGIN
      UPDATE relay_channels SET count = count - 1 WHERE channel = old.channel;
      UPDATE relay_channels SET
          last_seq = (SELECT max(seq) FROM messages WHERE channel = old.channel),
          last_timestamp = (SELECT timestamp FROM messages WHERE channel = old.channel ORDER BY seq DESC LIMIT 1)
        WHERE channel = old.channel AND last_seq = old.seq AND count > 0;
      UPDATE relay_senders SET count = count - 1 WHERE channel = old.channel AND sender = old.sender;
      DELETE FROM relay_senders WHERE channel = old.channel AND sender = old.sender AND count <= 0;
    END;
  `,
};
