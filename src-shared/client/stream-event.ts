import type { Origin } from '../message.ts';

/** A message as a stream carries it (wire specification 4.3). */
export interface StreamMessage {
  seq: number;
  id: string;
  channel: string;
  sender: string;
  content: string;
  timestamp: string;
  is_json: boolean;
  preview: string;
  origin: Origin | null;
}

/** Messages were handed out completely to a consumer (`read`), or it has acknowledged them. */
export interface StreamReceipt {
  id: string;
  channel: string;
  kind: 'read' | 'acked';
  consumer_id: string;
  first_seq: number;
  last_seq: number;
  timestamp: string;
}

export type StreamEvent =
  | { type: 'message'; message: StreamMessage }
  | { type: 'clear'; channel: string; removed: number; id: string; timestamp: string }
  | { type: 'trimmed'; channel: string; removed: number; id: string; timestamp: string }
  | { type: 'receipt'; receipt: StreamReceipt }
  /** The relay hands nothing out for now; the stream stays open and gets everything afterwards. */
  | { type: 'paused' }
  | { type: 'resumed' }
  /**
   * Something may have been missed: the cursor is no longer known, or the connection was lost before there was one. The
   * stream goes on with what comes next; what lies before has to be fetched.
   */
  | { type: 'gap' }
  /** Something that this client does not know; newer relays may send more. */
  | { type: 'other'; event: string; data: Record<string, unknown> };

/** What a frame says. The parts of a relay's frame are taken as this version of the interface describes them. */
export function toStreamEvent(event: string, text: string): StreamEvent {
  const data = JSON.parse(text) as Record<string, unknown>;
  switch (event) {
    case 'message':
      return { type: 'message', message: data as unknown as StreamMessage };
    case 'receipt':
      return { type: 'receipt', receipt: data as unknown as StreamReceipt };
    case 'clear':
    case 'trimmed': {
      const { channel, id, timestamp, cleared, removed } = data as Record<string, string>;
      return {
        type: event,
        channel: channel ?? '',
        removed: Number(cleared ?? removed),
        id: id ?? '',
        timestamp: timestamp ?? '',
      };
    }
    case 'paused':
    case 'resumed':
      return { type: event };
    case 'cursor_stale':
      return { type: 'gap' };
    default:
      return { type: 'other', event, data };
  }
}
