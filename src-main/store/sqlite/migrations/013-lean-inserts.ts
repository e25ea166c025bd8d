import type { Migration } from './migration.ts';

/**
 * The same as before for each message that is added, in a form for which SQLite keeps no copies of the pages that it changes. It
 * keeps them where a statement may be undone by itself, and it takes `DO UPDATE` for one that may, whatever the statement outside
 * says (see `insertMessage`).
 */
export const leanInserts: Migration = {
  version: 13,
  name: 'lean inserts',
  sql: `
    DROP TRIGGER relay_message_added;
    DROP TRIGGER relay_message_placed;
    CREATE TRIGGER relay_message_added AFTER INSERT ON messages BEGIN
      INSERT INTO relay_channels (channel, count, last_seq, last_timestamp)
        VALUES (new.channel, 0, new.seq, new.timestamp)
        ON CONFLICT DO NOTHING;
      UPDATE relay_channels SET count = count + 1, last_seq = new.seq, last_timestamp = new.timestamp
        WHERE channel = new.channel;
      INSERT INTO relay_senders (channel, sender, count) VALUES (new.channel, new.sender, 0)
        ON CONFLICT DO NOTHING;
      UPDATE relay_senders SET count = count + 1 WHERE channel = new.channel AND sender = new.sender;
      INSERT INTO relay_recent_places (channel, seq) VALUES (new.channel, new.seq);
    END;
  `,
};
