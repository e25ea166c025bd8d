import type { StoredMessage } from '../../src-shared/message.ts';

/**
 * A point in the log: everything up to message `seq` and up to event number `event` lies before it. Events have their
 * own numbers because `seq` counts messages only.
 */
export interface Position {
  seq: number;
  event: number;
}

/** What happened besides a message: to a channel, or to all of them. */
export type ChannelEvent = Removal | Receipt | Interruption;

/** Stands in place of a channel in events that concern all of them: no channel has an empty name. */
export const everyChannel = '';

interface LoggedEvent {
  /** Time-ordered and accepted as a cursor wherever a message id is. */
  id: string;
  channel: string;
  timestamp: string;
}

/** Messages went: by a clear, or because they had outlived their time. */
export interface Removal extends LoggedEvent {
  type: 'clear' | 'trimmed';
  /** Messages removed. */
  removed: number;
}

/** Messages were handed out completely to a consumer, or a consumer has acked them. */
export interface Receipt extends LoggedEvent {
  type: 'read' | 'acked';
  consumer: string;
  /** All messages of the channel from here to `lastSeq`. */
  firstSeq: number;
  lastSeq: number;
}

/** Nothing is to be handed out from here on, or everything again. */
export interface Interruption extends LoggedEvent {
  type: 'paused' | 'resumed';
  channel: typeof everyChannel;
}

export type Change =
  | { kind: 'message'; position: Position; message: StoredMessage }
  | { kind: 'event'; position: Position; event: ChannelEvent };

export interface ChangePage {
  changes: Change[];
  /** Everything asked for up to here is in this page or before it. */
  position: Position;
  /** More lies behind `position`. */
  more: boolean;
}

/** Whether everything up to `position` lies at or before `limit`. */
export function covers(limit: Position, position: Position): boolean {
  return position.seq <= limit.seq && position.event <= limit.event;
}
