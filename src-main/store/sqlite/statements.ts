import type { Database } from 'better-sqlite3';
import { prepareAuditStatements } from './audit-statements.ts';
import { prepareEventStatements } from './event-statements.ts';
import { fixedPlan } from './fixed-plan.ts';
import { aboveFloor, floor, inPlaces, messageColumns, placesOf } from './message-sql.ts';
import { MessageStatement, type Origins } from './origins.ts';
import { prepareStateStatements } from './state-statements.ts';

export interface SummaryRow {
  channel: string;
  count: number;
  last_seq: number;
  last_timestamp: string;
  floor_seq: number;
  epoch: number;
  /** Messages that the channel has lost since it exists. */
  removed_total: number;
  /** Of those, the ones that no event of the log speaks of yet. */
  untold: number;
}

export interface ExpiredRow {
  seq: number;
  /** Whether it was still there for readers, and not cleared before. */
  counts: 0 | 1;
}

/**
 * The statements of the SQLite engine, prepared once. `INDEXED BY` makes a missing index an error instead of a silent
 * scan of all messages.
 */
export function prepareStatements(db: Database, origins: Origins) {
  const messagesAfter = (places: string) =>
    new MessageStatement<[channel: string, after: number, limit: number]>(
      db.prepare(
        fixedPlan(`SELECT ${messageColumns} FROM ${places} AS p CROSS JOIN messages AS m ON m.seq = p.seq
         WHERE p.channel = ? AND p.seq > ? ORDER BY p.seq LIMIT ?`),
      ),
      origins,
    );
  const messagesBefore = (places: string) =>
    new MessageStatement<[channel: string, after: number, before: number, limit: number]>(
      db.prepare(
        fixedPlan(`SELECT ${messageColumns} FROM ${places} AS p CROSS JOIN messages AS m ON m.seq = p.seq
         WHERE p.channel = ? AND p.seq > ? AND p.seq < ? ORDER BY p.seq DESC LIMIT ?`),
      ),
      origins,
    );
  return {
    position: db.prepare<[], { seq: number; event: number }>(
      `SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'messages'), 0) AS seq,
              coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'relay_events'), 0) AS event`,
    ),
    newestTimestamp: db
      .prepare<[], string>(
        `SELECT max(timestamp) FROM (
           SELECT * FROM (SELECT timestamp FROM messages ORDER BY seq DESC LIMIT 1) UNION ALL
           SELECT * FROM (SELECT timestamp FROM relay_events ORDER BY event_seq DESC LIMIT 1))`,
      )
      .pluck(),

    /**
     * A failure undoes the whole transaction. `OR FAIL` tells SQLite so, which otherwise copies every page that the statement and
     * its triggers change, to undo this one alone.
     */
    insertMessage: db.prepare<[string, string, string, string, string, number | null]>(
      'INSERT OR FAIL INTO messages (id, channel, sender, content, timestamp, relay_origin) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    findMessage: new MessageStatement<[string]>(
      db.prepare(`SELECT ${messageColumns} FROM messages AS m WHERE m.id = ? AND ${aboveFloor}`),
      origins,
    ),
    /** Also one that was cleared and only waits for its removal: `counts` is 0 then. */
    rowOf: db.prepare<[string], { seq: number; counts: 0 | 1 }>(
      `SELECT m.seq, ${aboveFloor} AS counts FROM messages AS m WHERE m.id = ?`,
    ),
    /** Between which numbers the messages of a channel lie: above `floor`, up to `last`. None if it holds no message. */
    reach: db.prepare<[string], { floor: number; last: number }>(
      'SELECT floor_seq AS floor, last_seq AS last FROM relay_channels WHERE channel = ? AND count > 0',
    ),
    settledAfter: messagesAfter('relay_settled_places'),
    recentAfter: messagesAfter('relay_recent_places'),
    settledBefore: messagesBefore('relay_settled_places'),
    recentBefore: messagesBefore('relay_recent_places'),
    allMessagesAfter: new MessageStatement<[number, number]>(
      db.prepare(
        fixedPlan(
          `SELECT ${messageColumns} FROM messages AS m NOT INDEXED WHERE m.seq > ? AND ${aboveFloor} ORDER BY m.seq LIMIT ?`,
        ),
      ),
      origins,
    ),
    locateMessage: db
      .prepare<[id: string, channel: string | null], number>(
        `SELECT m.seq FROM messages AS m WHERE m.id = ? AND m.channel = coalesce(?, m.channel) AND ${aboveFloor}`,
      )
      .pluck(),

    /** The newest message of a channel within a stretch. */
    newestIdWithin: db
      .prepare<[{ channel: string; afterSeq: number; upToSeq: number }], string>(
        fixedPlan(
          `SELECT m.id FROM ${inPlaces(`p.seq <= :upToSeq AND p.seq > max(:afterSeq, ${floor})`, { order: 'DESC', limit: '1' })}`,
        ),
      )
      .pluck(),

    /** @param told messages of which an event speaks from now on */
    beginEpoch: db.prepare<[told: number, channel: string]>(
      'UPDATE relay_channels SET epoch = epoch + 1, untold = untold - ? WHERE channel = ?',
    ),
    untold: db.prepare<[], string>('SELECT channel FROM relay_channels WHERE untold > 0').pluck(),
    summaries: db.prepare<[], SummaryRow>('SELECT * FROM relay_channels WHERE count > 0 ORDER BY channel'),
    summary: db.prepare<[string], SummaryRow>('SELECT * FROM relay_channels WHERE channel = ?'),
    senders: db
      .prepare<[], [string, string]>('SELECT channel, sender FROM relay_senders ORDER BY channel, sender')
      .raw(),
    totals: db.prepare<[], { channels: number; messages: number }>(
      'SELECT count(*) AS channels, coalesce(sum(count), 0) AS messages FROM relay_channels WHERE count > 0',
    ),

    channelInUse: db
      .prepare<[string]>('SELECT 1 FROM relay_channels WHERE channel = ? AND count > 0')
      .pluck(),
    deleteChannel: db.prepare<[{ channel: string }]>(
      `DELETE FROM messages WHERE seq IN (${placesOf(':channel', `p.seq > ${floor}`)})`,
    ),

    raiseFloor: db.prepare<[number, string]>(
      `UPDATE relay_channels SET
         count = 0,
         removed_total = removed_total + count,
         removed_seq = max(removed_seq, last_seq),
         floor_seq = ?
       WHERE channel = ?`,
    ),
    forgetSenders: db.prepare<[string]>('DELETE FROM relay_senders WHERE channel = ?'),
    deleteChannelUpTo: db.prepare<[string, number, number]>(
      fixedPlan(
        `DELETE FROM messages WHERE seq IN (${placesOf('?', 'p.seq <= ?', 'ORDER BY p.seq LIMIT ?')})`,
      ),
    ),
    unreclaimed: db.prepare<[], SummaryRow>(
      `SELECT * FROM relay_channels AS c WHERE c.floor_seq > 0 AND EXISTS (
         ${placesOf('c.channel', 'p.seq <= c.floor_seq')})`,
    ),

    /** The end of a stretch of the channels, to go through them stretch by stretch. */
    channelStretch: db
      .prepare<[after: string, limit: number], string | null>(
        fixedPlan(
          'SELECT max(channel) FROM (SELECT channel FROM relay_channels WHERE channel > ? ORDER BY channel LIMIT ?)',
        ),
      )
      .pluck(),
    /** Channels that hold nothing, that nobody follows and of which no event speaks. */
    forgetChannels: db.prepare<[{ after: string; upTo: string }]>(
      `DELETE FROM relay_channels AS c
       WHERE c.channel > :after AND c.channel <= :upTo AND c.count = 0 AND c.untold = 0
         AND NOT EXISTS (SELECT 1 FROM relay_places AS p WHERE p.channel = c.channel)
         AND NOT EXISTS (SELECT 1 FROM relay_followers AS f WHERE f.channel = c.channel)
         AND NOT EXISTS (
           SELECT 1 FROM relay_events AS e INDEXED BY relay_events_channel WHERE e.channel = c.channel)`,
    ),

    expired: db.prepare<[string, number], ExpiredRow>(
      fixedPlan(`SELECT m.seq, ${aboveFloor} AS counts FROM messages AS m INDEXED BY idx_messages_timestamp
       WHERE m.timestamp < ? ORDER BY m.timestamp LIMIT ?`),
    ),
    /** From the index alone: whether a clear has removed the row already is not asked. */
    countBefore: db
      .prepare<[string, number], number>(
        fixedPlan(`SELECT count(*) FROM (
           SELECT 1 FROM messages INDEXED BY idx_messages_timestamp WHERE timestamp < ? LIMIT ?)`),
      )
      .pluck(),
    deleteMessage: db.prepare<[number]>('DELETE FROM messages WHERE seq = ?'),

    ...prepareEventStatements(db),
    ...prepareStateStatements(db),
    ...prepareAuditStatements(db),
  };
}

export type Statements = ReturnType<typeof prepareStatements>;
