import type { Database } from 'better-sqlite3';
import { type Change, type ChangePage, type ChannelEvent, everyChannel, type Position } from '../changes.ts';
import { ChannelPages } from './channel-pages.ts';
import type { EventRow } from './event-statements.ts';
import type { Statements } from './statements.ts';

/**
 * The log of committed changes: messages and events merged in the order in which they were committed. An event comes
 * after the message that was newest when it happened.
 */
export class ChangeLog {
  readonly #sql: Statements;
  readonly #pages: ChannelPages;
  readonly #page: (since: Position, channel: string | undefined, limit: number) => ChangePage;

  constructor(db: Database, sql: Statements) {
    this.#sql = sql;
    this.#pages = new ChannelPages(sql);
    // One read transaction, so that messages, events and the end of the log are of the same moment.
    this.#page = db.transaction((since: Position, channel: string | undefined, limit: number) =>
      this.#readPage(since, channel, limit),
    );
  }

  /** The position of the newest change, including those that have been removed since. */
  end(): Position {
    return this.#sql.position.get() ?? { seq: 0, event: 0 };
  }

  page(since: Position, { channel, limit }: { channel?: string; limit: number }): ChangePage {
    return this.#page(since, channel, limit);
  }

  #readPage(since: Position, channel: string | undefined, limit: number): ChangePage {
    const messages =
      channel === undefined
        ? this.#sql.allMessagesAfter.all(since.seq, limit + 1)
        : this.#pages.after(channel, since.seq, limit + 1);
    const events =
      channel === undefined
        ? this.#sql.allEventsAfter.all(since.event, limit + 1)
        : this.#sql.eventsAfter.all({ channel, after: since.event, limit: limit + 1 });

    const changes: Change[] = [];
    let position = since;
    let nextMessage = 0;
    let nextEvent = 0;
    while (changes.length < limit) {
      const message = messages[nextMessage];
      const event = events[nextEvent];
      if (event && (!message || event.after_seq < message.seq)) {
        position = { seq: Math.max(position.seq, event.after_seq), event: event.event_seq };
        changes.push({ kind: 'event', position, event: toEvent(event) });
        nextEvent++;
      } else if (message) {
        position = { seq: message.seq, event: position.event };
        changes.push({ kind: 'message', position, message });
        nextMessage++;
      } else {
        return { changes, position: this.end(), more: false };
      }
    }
    const more = nextMessage < messages.length || nextEvent < events.length;
    return { changes, position: more ? position : this.end(), more };
  }
}

export function toEvent({ id, channel, type, timestamp, ...row }: EventRow): ChannelEvent {
  if (type === 'clear' || type === 'trimmed') return { id, channel, type, timestamp, removed: row.removed };
  if (type === 'paused' || type === 'resumed') return { id, channel: everyChannel, type, timestamp };
  return {
    id,
    channel,
    type,
    timestamp,
    consumer: row.consumer ?? '',
    firstSeq: row.first_seq ?? 0,
    lastSeq: row.last_seq ?? 0,
  };
}
