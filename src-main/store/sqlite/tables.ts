import type { Database } from 'better-sqlite3';
import type { AuditEvent } from '../../../src-shared/api.ts';
import { prepareStateStatements } from './state-statements.ts';
import { fixedPlan } from './fixed-plan.ts';
import { everyChannel, type ChannelEvent } from '../message-store.ts';
import { MessageStatement, type Origins } from './origins.ts';

export interface EventRow {
  event_seq: number;
  id: string;
  channel: string;
  type: ChannelEvent['type'];
  removed: number;
  after_seq: number;
  timestamp: string;
  consumer: string | null;
  first_seq: number | null;
  last_seq: number | null;
}

/** A row of the event log that is to be written. */
export interface NewEventRow {
  id: string;
  channel: string;
  type: ChannelEvent['type'];
  removed: number;
  afterSeq: number;
  timestamp: string;
  consumer: string | null;
  firstSeq: number | null;
  lastSeq: number | null;
}

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

/** What makes a `MessageRow`. */
export const messageColumns =
  'm.seq, m.id, m.channel, m.sender, m.content, m.timestamp, m.relay_origin AS origin';

/** What makes an `AuditEvent`. */
const auditColumns = 'id, timestamp, event, channel, detail, ip, relay_by AS by';

/** The floor of a channel: messages at or below it were cleared and only wait for their removal. */
export const floorOf = (channel: string) =>
  `coalesce((SELECT floor_seq FROM relay_channels AS c WHERE c.channel = ${channel}), 0)`;

export const aboveFloor = `m.seq > ${floorOf('m.channel')}`;

/** The floor of one channel. Looked up once, it bounds the search: rows below it are not even skipped one by one. */
export const floor = floorOf(':channel');

/** The places `p` of a channel's messages that meet a condition. */
export const placesOf = (channel: string, condition: string, order = '') =>
  `SELECT p.seq FROM relay_places AS p WHERE p.channel = ${channel} AND ${condition} ${order}`;

/**
 * The messages `m` of the channel `:channel` whose places meet a condition, in order. Only as many places as are wanted are looked
 * up, and only their messages.
 */
export const inPlaces = (condition: string, { order, limit }: { order: 'ASC' | 'DESC'; limit: string }) =>
  `(${placesOf(':channel', condition, `ORDER BY p.seq ${order} LIMIT ${limit}`)}) AS p
   CROSS JOIN messages AS m ON m.seq = p.seq`;

/** The events of one channel. */
const eventsOf = (channel: string) =>
  `SELECT * FROM relay_events INDEXED BY relay_events_channel
   WHERE channel = ${channel} AND event_seq > :after ORDER BY event_seq LIMIT :limit`;

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

    insertMessage: db.prepare<[string, string, string, string, string, number | null]>(
      'INSERT INTO messages (id, channel, sender, content, timestamp, relay_origin) VALUES (?, ?, ?, ?, ?, ?)',
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

    insertEvent: db.prepare<NewEventRow>(
      `INSERT INTO relay_events
         (id, channel, type, removed, after_seq, timestamp, consumer, first_seq, last_seq)
       VALUES
         (:id, :channel, :type, :removed, :afterSeq, :timestamp, :consumer, :firstSeq, :lastSeq)`,
    ),
    /** What was removed up to a moment and after it, as far as the log still knows. */
    removals: db.prepare<[{ channel: string; since: string }], { before: number; after: number }>(
      `SELECT coalesce(sum(removed) FILTER (WHERE timestamp <= :since), 0) AS before,
              coalesce(sum(removed) FILTER (WHERE timestamp > :since), 0) AS after
       FROM relay_events INDEXED BY relay_removals WHERE channel = :channel AND removed > 0`,
    ),
    /** @param told messages of which an event speaks from now on */
    beginEpoch: db.prepare<[told: number, channel: string]>(
      'UPDATE relay_channels SET epoch = epoch + 1, untold = untold - ? WHERE channel = ?',
    ),
    untold: db.prepare<[], string>('SELECT channel FROM relay_channels WHERE untold > 0').pluck(),
    locateEvent: db.prepare<[id: string, channel: string | null], { seq: number; event: number }>(
      `SELECT after_seq AS seq, event_seq AS event FROM relay_events
       WHERE id = ? AND channel IN (coalesce(?, channel), '${everyChannel}')`,
    ),
    lastEventBefore: db
      .prepare<[number], number>(
        `SELECT event_seq FROM relay_events INDEXED BY relay_events_place
         WHERE after_seq < ? ORDER BY after_seq DESC, event_seq DESC LIMIT 1`,
      )
      .pluck(),
    /** Of a channel and of all channels. Both are bounded before they are merged. */
    eventsAfter: db.prepare<[{ channel: string; after: number; limit: number }], EventRow>(
      fixedPlan(`SELECT * FROM (${eventsOf(':channel')}) UNION ALL SELECT * FROM (${eventsOf(`'${everyChannel}'`)})
       ORDER BY event_seq LIMIT :limit`),
    ),
    allEventsAfter: db.prepare<[number, number], EventRow>(
      fixedPlan('SELECT * FROM relay_events NOT INDEXED WHERE event_seq > ? ORDER BY event_seq LIMIT ?'),
    ),

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

    ...prepareStateStatements(db),

    insertAudit: db.prepare<[Omit<AuditEvent, 'id'>]>(
      `INSERT INTO audit (timestamp, event, channel, detail, ip, relay_by)
       VALUES (:timestamp, :event, :channel, :detail, :ip, :by)`,
    ),
    audit: db.prepare<[{ beforeId: number; limit: number }], AuditEvent>(
      fixedPlan(`SELECT ${auditColumns} FROM audit WHERE id < :beforeId ORDER BY id DESC LIMIT :limit`),
    ),
    auditOf: db.prepare<[{ event: string; beforeId: number; limit: number }], AuditEvent>(
      fixedPlan(`SELECT ${auditColumns} FROM audit INDEXED BY relay_audit_event
       WHERE event = :event AND id < :beforeId ORDER BY id DESC LIMIT :limit`),
    ),
    /** What a search for certain channels goes through. */
    auditChannels: db.prepare<[{ beforeId: number; limit: number }], Pick<AuditEvent, 'id' | 'channel'>>(
      fixedPlan('SELECT id, channel FROM audit WHERE id < :beforeId ORDER BY id DESC LIMIT :limit'),
    ),
    auditChannelsOf: db.prepare<
      [{ event: string; beforeId: number; limit: number }],
      Pick<AuditEvent, 'id' | 'channel'>
    >(
      fixedPlan(`SELECT id, channel FROM audit INDEXED BY relay_audit_event
       WHERE event = :event AND id < :beforeId ORDER BY id DESC LIMIT :limit`),
    ),
    auditById: db.prepare<[number], AuditEvent>(`SELECT ${auditColumns} FROM audit WHERE id = ?`),
    deleteOldAudit: db.prepare<[number, string]>(
      fixedPlan('DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT ?) AND timestamp < ?'),
    ),
    /** The end of a stretch of the event log, to sweep it stretch by stretch. */
    eventStretch: db
      .prepare<[{ after: number; before: string; limit: number }], number | null>(
        fixedPlan(`SELECT max(event_seq) FROM (
           SELECT event_seq, timestamp FROM relay_events
           WHERE event_seq > :after ORDER BY event_seq LIMIT :limit) WHERE timestamp < :before`),
      )
      .pluck(),
    /** Receipts stay as long as a message that they speak of. */
    deleteOldEvents: db.prepare<[{ after: number; upTo: number; before: string }]>(
      `DELETE FROM relay_events
       WHERE event_seq > :after AND event_seq <= :upTo AND timestamp < :before AND (
         consumer IS NULL OR NOT EXISTS (
           SELECT 1 FROM relay_places AS p
           WHERE p.channel = relay_events.channel AND p.seq >= relay_events.first_seq
             AND p.seq <= relay_events.last_seq AND p.seq > ${floorOf('relay_events.channel')}))`,
    ),
  };
}

export type Statements = ReturnType<typeof prepareStatements>;
