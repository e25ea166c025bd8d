import type { Database } from 'better-sqlite3';
import type { Follower, ReceiptState } from '../consumers.ts';
import { fixedPlan } from './fixed-plan.ts';
import { floor, inPlaces } from './message-sql.ts';

export interface KeyRow {
  payload_sha256: string;
  state: 'pending' | 'committed';
  message_id: string | null;
  message_seq: number | null;
  created_at: string;
  expires_at: string | null;
}

/** What a key belongs to: one sender on one channel. */
interface KeyScope {
  channel: string;
  sender: string;
  key: string;
}

/** Where a consumer stands on a channel, and what was removed there. */
export interface CursorStateRow {
  acked_seq: number | null;
  acked_at: string | null;
  read_seq: number;
  last_seen: string;
  removals_known: number;
  /** Null for a channel that is empty and forgotten. */
  removed_total: number | null;
  removed_seq: number | null;
}

export interface CursorRow {
  last_seq: number;
  last_message_id: string | null;
  updated_at: string;
}

export interface FollowerRow {
  consumer: string;
  channel: string;
  read_seq: number;
  last_seen: string;
  acked_seq: number;
  acked_id: string | null;
  acked_at: string | null;
  /** JSON that it has left beside its cursor. */
  metadata: string | null;
  /** Of the channel, or 0 if that is empty. */
  newest_seq: number;
}

export interface UnreadRow {
  /** Messages that were looked at, also those that are not for the consumer. */
  looked: number;
  unread: number;
  oldest: string | null;
}

/** Messages of a channel that are looked at when unread ones are counted; beyond it the count says "and more". */
export const unreadWindow = 1_000;

/** A consumer on a channel. */
interface Place {
  channel: string;
  consumer: string;
}

interface SeqRange {
  channel: string;
  firstSeq: number;
  lastSeq: number;
}

/**
 * The messages behind a position, up to a bound. Those of the consumer itself and those addressed to somebody else are
 * not for it. Reads no content: in the rows it lies behind the sender and before the time.
 */
const unseen = `
  SELECT m.seq, m.sender <> :consumer AND coalesce(f.recipient = :consumer, TRUE) AS is_for_it
  FROM ${inPlaces(`p.seq > max(:seq, ${floor})`, { order: 'ASC', limit: String(unreadWindow + 1) })}
  LEFT JOIN relay_facts AS f ON f.seq = m.seq ORDER BY p.seq`;

/** Messages that a channel has lost so far. */
const removedTotal = 'coalesce((SELECT removed_total FROM relay_channels WHERE channel = :channel), 0)';

const receipts = 'relay_events INDEXED BY relay_receipts';

/** When a consumer of `names` has read or acked message `:seq`: its first receipt that ends there or later knows. */
const receiptTime = (type: 'read' | 'acked') => `(
  SELECT CASE WHEN first_seq <= :seq THEN timestamp END FROM ${receipts}
  WHERE channel = :channel AND consumer = names.consumer AND type = '${type}' AND last_seq >= :seq
  ORDER BY last_seq LIMIT 1)`;

/** The statements of keys, cursors and receipts. */
export function prepareDeliveryStatements(db: Database) {
  return {
    key: db.prepare<[KeyScope], KeyRow>(
      `SELECT * FROM bridge_idempotency
       WHERE channel = :channel AND sender = :sender AND idempotency_key = :key`,
    ),
    deleteKey: db.prepare<[KeyScope]>(
      `DELETE FROM bridge_idempotency
       WHERE channel = :channel AND sender = :sender AND idempotency_key = :key`,
    ),
    insertKey: db.prepare<[KeyScope & { digest: string; id: string; seq: number; timestamp: string }]>(
      `INSERT INTO bridge_idempotency
         (channel, sender, idempotency_key, payload_sha256, state, message_id, message_seq, created_at, expires_at)
       VALUES (:channel, :sender, :key, :digest, 'committed', :id, :seq, :timestamp, NULL)`,
    ),
    /** Keys that another program has reserved and never used. */
    deleteExpiredKeys: db.prepare<[{ before: string; limit: number }]>(
      fixedPlan(`DELETE FROM bridge_idempotency WHERE rowid IN (
         SELECT rowid FROM bridge_idempotency INDEXED BY idx_bridge_idempotency_expiry
         WHERE expires_at < :before AND state = 'pending' LIMIT :limit)`),
    ),

    cursor: db.prepare<[Place], CursorRow>(
      `SELECT last_seq, last_message_id, updated_at FROM bridge_consumer_cursors
       WHERE consumer_id = :consumer AND channel = :channel`,
    ),
    cursorState: db.prepare<[Place], CursorStateRow>(
      fixedPlan(`SELECT c.last_seq AS acked_seq, c.updated_at AS acked_at, f.read_seq, f.last_seen, f.removals_known,
              ch.removed_total, ch.removed_seq
       FROM relay_followers AS f
       LEFT JOIN bridge_consumer_cursors AS c ON c.consumer_id = f.consumer AND c.channel = f.channel
       LEFT JOIN relay_channels AS ch ON ch.channel = f.channel
       WHERE f.channel = :channel AND f.consumer = :consumer`),
    ),
    /** Without metadata, what is kept of it stays. */
    moveCursor: db.prepare<
      [Place & { seq: number; id: string | null; updatedAt: string; metadata: string | null }]
    >(
      `INSERT INTO bridge_consumer_cursors
           (consumer_id, channel, last_seq, last_message_id, updated_at, metadata_json)
         VALUES (:consumer, :channel, :seq, :id, :updatedAt, coalesce(:metadata, '{}'))
         ON CONFLICT (consumer_id, channel) DO UPDATE SET
           last_seq = excluded.last_seq,
           last_message_id = excluded.last_message_id,
           updated_at = excluded.updated_at,
           metadata_json = coalesce(:metadata, metadata_json)`,
    ),
    deleteCursor: db.prepare<[Place]>(
      'DELETE FROM bridge_consumer_cursors WHERE consumer_id = :consumer AND channel = :channel',
    ),

    follows: db
      .prepare<[Place], 1>('SELECT 1 FROM relay_followers WHERE channel = :channel AND consumer = :consumer')
      .pluck(),
    /** What was removed before it came is no loss of its. */
    follow: db.prepare<[Place & { readSeq: number; lastSeen: string }]>(
      `INSERT INTO relay_followers (channel, consumer, read_seq, last_seen, removals_known)
         VALUES (:channel, :consumer, :readSeq, :lastSeen, ${removedTotal})
         ON CONFLICT (channel, consumer) DO UPDATE SET
           read_seq = max(read_seq, excluded.read_seq),
           last_seen = excluded.last_seen`,
    ),
    /** The same for somebody who was heard from elsewhere, perhaps long ago. */
    adopt: db.prepare<[Place & { readSeq: number; lastSeen: string }]>(
      `INSERT INTO relay_followers (channel, consumer, read_seq, last_seen, removals_known)
         VALUES (:channel, :consumer, :readSeq, :lastSeen, ${removedTotal})
         ON CONFLICT (channel, consumer) DO UPDATE SET
           read_seq = max(read_seq, excluded.read_seq),
           last_seen = max(last_seen, excluded.last_seen)`,
    ),
    readSeq: db
      .prepare<[Place], number>(
        'SELECT read_seq FROM relay_followers WHERE channel = :channel AND consumer = :consumer',
      )
      .pluck(),
    rewindFollower: db.prepare<[Place & { readSeq: number }]>(
      `UPDATE relay_followers SET read_seq = :readSeq, removals_known = ${removedTotal}
       WHERE channel = :channel AND consumer = :consumer`,
    ),
    knowRemovals: db.prepare<[Place & { removals: number | null }]>(
      `UPDATE relay_followers SET removals_known = max(removals_known, coalesce(:removals, ${removedTotal}))
       WHERE channel = :channel AND consumer = :consumer`,
    ),
    unfollow: db.prepare<[Place]>(
      'DELETE FROM relay_followers WHERE channel = :channel AND consumer = :consumer',
    ),
    followersOf: db.prepare<[channel: string, limit: number], Follower>(
      fixedPlan(`SELECT consumer, last_seen AS lastSeen FROM relay_followers
       WHERE channel = ? ORDER BY last_seen DESC LIMIT ?`),
    ),
    /** A cursor that an administrator has put somewhere names no message, and no time of an ack. */
    followers: db.prepare<[{ channel: string | null; consumer: string | null }], FollowerRow>(
      `SELECT f.consumer, f.channel, f.read_seq, f.last_seen,
              coalesce(c.last_seq, 0) AS acked_seq, c.last_message_id AS acked_id,
              CASE WHEN c.last_message_id IS NOT NULL THEN c.updated_at END AS acked_at,
              c.metadata_json AS metadata,
              CASE WHEN ch.count > 0 THEN ch.last_seq ELSE 0 END AS newest_seq
       FROM relay_followers AS f
       LEFT JOIN bridge_consumer_cursors AS c ON c.consumer_id = f.consumer AND c.channel = f.channel
       LEFT JOIN relay_channels AS ch ON ch.channel = f.channel
       WHERE (:channel IS NULL OR f.channel = :channel) AND (:consumer IS NULL OR f.consumer = :consumer)
       ORDER BY f.channel, f.consumer`,
    ),
    unread: db.prepare<[Place & { seq: number }], UnreadRow>(
      fixedPlan(`SELECT looked, unread, (SELECT timestamp FROM messages WHERE seq = oldest_seq) AS oldest FROM (
         SELECT count(*) AS looked, coalesce(sum(is_for_it), 0) AS unread,
                min(CASE WHEN is_for_it THEN seq END) AS oldest_seq
         FROM (${unseen}))`),
    ),
    /** Only when the oldest was sent: most often the first row tells. */
    oldestUnread: db
      .prepare<[Place & { seq: number }], string>(
        fixedPlan(
          `SELECT timestamp FROM messages WHERE seq = (SELECT seq FROM (${unseen}) WHERE is_for_it LIMIT 1)`,
        ),
      )
      .pluck(),

    /** The receipts that overlap a range: those that end in it, and perhaps the one after. */
    receiptsWithin: db.prepare<
      [SeqRange & { consumer: string; type: 'read' | 'acked' }],
      { firstSeq: number; lastSeq: number }
    >(
      fixedPlan(`SELECT first_seq AS firstSeq, last_seq AS lastSeq FROM ${receipts}
         WHERE channel = :channel AND consumer = :consumer AND type = :type
           AND last_seq BETWEEN :firstSeq AND :lastSeq
       UNION ALL
       SELECT * FROM (
         SELECT first_seq, last_seq FROM ${receipts}
         WHERE channel = :channel AND consumer = :consumer AND type = :type AND last_seq > :lastSeq
         ORDER BY last_seq LIMIT 1)
         WHERE first_seq <= :lastSeq
       ORDER BY 2`),
    ),
    holdsMessage: db
      .prepare<[SeqRange], 1>(
        `SELECT 1 FROM relay_places AS p
         WHERE p.channel = :channel AND p.seq BETWEEN :firstSeq AND :lastSeq AND p.seq > ${floor} LIMIT 1`,
      )
      .pluck(),
    /** Of all who have ever read or acked there. Goes from name to name, not from receipt to receipt. */
    receipts: db.prepare<[{ channel: string; seq: number }], ReceiptState>(
      fixedPlan(`WITH RECURSIVE names (consumer) AS (
         SELECT min(consumer) FROM ${receipts} WHERE channel = :channel AND consumer IS NOT NULL
         UNION ALL
         SELECT (SELECT min(consumer) FROM ${receipts} WHERE channel = :channel AND consumer > names.consumer)
         FROM names WHERE names.consumer IS NOT NULL)
       SELECT consumer, ${receiptTime('read')} AS readAt, ${receiptTime('acked')} AS ackedAt
       FROM names WHERE consumer IS NOT NULL`),
    ),
  };
}

export type DeliveryStatements = ReturnType<typeof prepareDeliveryStatements>;
