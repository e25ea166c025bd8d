import type { Database } from 'better-sqlite3';
import { fixedPlan } from '../fixed-plan.ts';
import { MessageStatement, type Origins } from '../origins.ts';
import { aboveFloor, floor, floorOf, messageColumns } from '../message-sql.ts';

export type UnindexedRow = [
  seq: number,
  id: string,
  channel: string,
  sender: string,
  content: string,
  cleared: 0 | 1,
];

export type WordsRow = [
  seq: number,
  content: string,
  sender: string,
  thread: string | null,
  type: string | null,
  keys: string,
];

export interface OpenCountRow {
  channel: string;
  count: number;
  oldest_at: string;
}

/** Whether the index has grown by more than a quarter since it was one piece. */
const isInPieces = `
  SELECT 4 * (indexed_seq - merged_seq) > indexed_seq - coalesce((SELECT min(seq) FROM messages), 1) + 1
  FROM relay_index_state`;

/**
 * The statements of the search index, prepared once. Numbers are cast where they bound a full-text search: the driver
 * passes every number as a floating-point one, which FTS5 would not use to skip what lies outside.
 */
export function prepareIndexStatements(db: Database, origins: Origins) {
  return {
    tableSql: db.prepare<[], string>(`SELECT sql FROM sqlite_schema WHERE name = 'relay_search'`).pluck(),

    indexedSeq: db.prepare<[], number>('SELECT indexed_seq FROM relay_index_state').pluck(),
    newestSeq: db.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM messages').pluck(),
    oldestSeq: db.prepare<[], number>('SELECT coalesce(min(seq), 0) FROM messages').pluck(),
    isBehind: db
      .prepare<[number], 0 | 1>(
        `SELECT EXISTS (SELECT 1 FROM messages WHERE seq > (SELECT indexed_seq FROM relay_index_state) AND seq <= ?)`,
      )
      .pluck(),

    hasWork: db
      .prepare<[], 0 | 1>(
        `SELECT EXISTS (SELECT 1 FROM messages WHERE seq > (SELECT indexed_seq FROM relay_index_state))
           OR EXISTS (SELECT 1 FROM relay_index_removed) OR (${isInPieces})`,
      )
      .pluck(),

    unindexed: db
      .prepare<[number, number], UnindexedRow>(
        fixedPlan(`SELECT m.seq, m.id, m.channel, m.sender, m.content, m.seq <= ${floorOf('m.channel')}
         FROM messages AS m NOT INDEXED WHERE m.seq > ? ORDER BY m.seq LIMIT ?`),
      )
      .raw(),
    moveOn: db.prepare<[number]>('UPDATE relay_index_state SET indexed_seq = ?'),
    insertWords: db.prepare<WordsRow>(
      'INSERT INTO relay_search (rowid, content, sender, thread, type, keys) VALUES (CAST(? AS INTEGER), ?, ?, ?, ?, ?)',
    ),
    deleteAllWords: db.prepare<[]>(`INSERT INTO relay_search (relay_search) VALUES ('delete-all')`),
    insertFacts: db.prepare<[number, string, string | null, string | null, string | null]>(
      'INSERT OR REPLACE INTO relay_facts (seq, type, thread, reply_to, recipient) VALUES (?, ?, ?, ?, ?)',
    ),
    replyTarget: db.prepare<[string], { seq: number; thread: string | null }>(
      fixedPlan(`SELECT m.seq, f.thread FROM messages AS m LEFT JOIN relay_facts AS f ON f.seq = m.seq
       WHERE m.id = ? AND ${aboveFloor}`),
    ),
    openQuestion: db.prepare<[number, string, string]>(
      'INSERT OR IGNORE INTO relay_open_questions (seq, channel, thread) VALUES (?, ?, ?)',
    ),
    settleThread: db.prepare<[string, number]>(
      'DELETE FROM relay_open_questions INDEXED BY relay_open_questions_thread WHERE thread = ? AND seq < ?',
    ),
    settleQuestion: db.prepare<[number]>('DELETE FROM relay_open_questions WHERE seq = ?'),

    removed: db
      .prepare<[number], number>(fixedPlan('SELECT seq FROM relay_index_removed ORDER BY seq LIMIT ?'))
      .pluck(),
    deleteWords: db.prepare<[number]>('DELETE FROM relay_search WHERE rowid = CAST(? AS INTEGER)'),
    forgetRemoved: db.prepare<[number]>('DELETE FROM relay_index_removed WHERE seq <= ?'),

    isInPieces: db.prepare<[], 0 | 1>(isInPieces).pluck(),
    isWhole: db.prepare<[]>('UPDATE relay_index_state SET merged_seq = indexed_seq'),
    /** A negative number of pages: of all pieces, not only of enough alike (documentation of FTS5, "The 'merge' command"). */
    merge: db.prepare<[number]>(
      `INSERT INTO relay_search (relay_search, rank) VALUES ('merge', CAST(? AS INTEGER))`,
    ),
    totalChanges: db.prepare<[], number>('SELECT total_changes()').pluck(),

    matches: db
      .prepare<[string, number, number, number], number>(
        fixedPlan(`SELECT rowid FROM relay_search WHERE relay_search MATCH ?
           AND rowid < CAST(? AS INTEGER) AND rowid > CAST(? AS INTEGER) ORDER BY rowid DESC LIMIT ?`),
      )
      .pluck(),
    ofThread: db
      .prepare<[{ key: string; before: number; rows: number }], number>(
        fixedPlan(`SELECT seq FROM relay_facts INDEXED BY relay_facts_thread WHERE thread = :key AND seq < :before
         UNION ALL
         SELECT m.seq FROM messages AS m LEFT JOIN relay_facts AS f ON f.seq = m.seq
           WHERE m.id = :key AND m.seq < :before AND f.thread IS NULL
         ORDER BY seq DESC LIMIT :rows`),
      )
      .pluck(),
    threadOf: db.prepare<[string], { channel: string; thread: string }>(
      fixedPlan(`SELECT m.channel, coalesce(f.thread, m.id) AS thread
       FROM messages AS m LEFT JOIN relay_facts AS f ON f.seq = m.seq WHERE m.id = ? AND ${aboveFloor}`),
    ),
    /** Channels in which something of a thread is open. */
    openOfThread: db
      .prepare<[string], string>(
        fixedPlan(`SELECT DISTINCT q.channel FROM relay_open_questions AS q INDEXED BY relay_open_questions_thread
         WHERE q.thread = ? AND q.seq > ${floorOf('q.channel')}`),
      )
      .pluck(),
    openAfter: db
      .prepare<[{ channel: string; seq: number; rows: number }], number>(
        fixedPlan(`SELECT seq FROM relay_open_questions INDEXED BY relay_open_questions_channel
         WHERE channel = :channel AND seq > max(:seq, ${floor}) ORDER BY seq LIMIT :rows`),
      )
      .pluck(),
    openBefore: db
      .prepare<[{ channel: string; seq: number; rows: number }], number>(
        fixedPlan(`SELECT seq FROM relay_open_questions INDEXED BY relay_open_questions_channel
         WHERE channel = :channel AND seq < :seq AND seq > ${floor} ORDER BY seq DESC LIMIT :rows`),
      )
      .pluck(),
    openCounts: db.prepare<[], OpenCountRow>(
      `SELECT o.channel, o.count,
         (SELECT timestamp FROM messages WHERE seq = (
           SELECT min(q.seq) FROM relay_open_questions AS q INDEXED BY relay_open_questions_channel
           WHERE q.channel = o.channel AND q.seq > ${floorOf('o.channel')})) AS oldest_at
       FROM relay_open_counts AS o ORDER BY o.channel`,
    ),
    floor: db.prepare<[{ channel: string }], number>(`SELECT ${floor}`).pluck(),

    message: new MessageStatement<[number]>(
      db.prepare(`SELECT ${messageColumns} FROM messages AS m WHERE m.seq = ? AND ${aboveFloor}`),
      origins,
    ),
    typeOf: db.prepare<[number], string>('SELECT type FROM relay_facts WHERE seq = ?').pluck(),
  };
}

export type IndexStatements = ReturnType<typeof prepareIndexStatements>;
