import type { Migration } from './migration.ts';

/**
 * Messages by their words and by what they answer. A background task fills these tables: a trigger on every insert
 * would cost nine tenths of the speed of sending.
 *
 * The triggers touch no full-text table, because they also run inside the Python program, whose SQLite may be too old
 * for it: what was removed is noted in `relay_index_removed` and leaves the full-text index in the background.
 */
export const searchIndex: Migration = {
  version: 5,
  name: 'search index',
  sql: `
    CREATE VIRTUAL TABLE relay_search USING fts5(
      content, sender, thread, type, keys,
      content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2"
    );
    -- Merging is done in steps of our own, so that no insert has to wait for it.
    INSERT INTO relay_search (relay_search, rank)
      VALUES ('automerge', 0), ('usermerge', 16), ('crisismerge', 128), ('deletemerge', 40);

    -- Everything up to indexed_seq is in the index.
    CREATE TABLE relay_index_state (id INTEGER PRIMARY KEY CHECK (id = 1), indexed_seq INTEGER NOT NULL);
    INSERT INTO relay_index_state (id, indexed_seq) VALUES (1, 0);
    CREATE TABLE relay_index_removed (seq INTEGER PRIMARY KEY);

    -- thread is null where it is the id of the message itself.
    CREATE TABLE relay_facts (
      seq INTEGER PRIMARY KEY,
      type TEXT NOT NULL,
      thread TEXT,
      reply_to TEXT,
      recipient TEXT
    );
    CREATE INDEX relay_facts_thread ON relay_facts (thread) WHERE thread IS NOT NULL;

    CREATE TABLE relay_open_questions (
      seq INTEGER PRIMARY KEY,
      channel TEXT NOT NULL,
      thread TEXT NOT NULL
    );
    CREATE INDEX relay_open_questions_channel ON relay_open_questions (channel);
    CREATE INDEX relay_open_questions_thread ON relay_open_questions (thread);
    CREATE TABLE relay_open_counts (channel TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;

    CREATE TRIGGER relay_indexed_message_removed AFTER DELETE ON messages
      WHEN old.seq <= (SELECT indexed_seq FROM relay_index_state)
    BEGIN
      INSERT OR IGNORE INTO relay_index_removed (seq) VALUES (old.seq);
      DELETE FROM relay_facts WHERE seq = old.seq;
    END;

    CREATE TRIGGER relay_facts_removed AFTER DELETE ON relay_facts WHEN old.type IN ('task', 'question') BEGIN
      DELETE FROM relay_open_questions WHERE seq = old.seq;
    END;

    CREATE TRIGGER relay_question_opened AFTER INSERT ON relay_open_questions BEGIN
      INSERT INTO relay_open_counts (channel, count) VALUES (new.channel, 1)
        ON CONFLICT (channel) DO UPDATE SET count = count + 1;
    END;

    CREATE TRIGGER relay_question_settled AFTER DELETE ON relay_open_questions
      WHEN old.seq > coalesce((SELECT floor_seq FROM relay_channels WHERE channel = old.channel), 0)
    BEGIN
      UPDATE relay_open_counts SET count = count - 1 WHERE channel = old.channel;
      DELETE FROM relay_open_counts WHERE channel = old.channel AND count <= 0;
    END;

    -- Cleared at once, though the rows go in the background.
    CREATE TRIGGER relay_questions_cleared AFTER UPDATE OF floor_seq ON relay_channels
      WHEN new.floor_seq > old.floor_seq
    BEGIN
      DELETE FROM relay_open_counts WHERE channel = new.channel;
      INSERT INTO relay_open_counts (channel, count)
        SELECT channel, count(*) FROM relay_open_questions
        WHERE channel = new.channel AND seq > new.floor_seq GROUP BY channel;
    END;
  `,
};
