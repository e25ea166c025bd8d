import type { Database } from 'better-sqlite3';
import { everyChannel, type ChannelEvent } from '../changes.ts';
import { fixedPlan } from './fixed-plan.ts';
import { floorOf } from './message-sql.ts';

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

/** The events of one channel. */
const eventsOf = (channel: string) =>
  `SELECT * FROM relay_events INDEXED BY relay_events_channel
   WHERE channel = ${channel} AND event_seq > :after ORDER BY event_seq LIMIT :limit`;

/** The statements of the event log, by name. */
export function prepareEventStatements(db: Database) {
  return {
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
