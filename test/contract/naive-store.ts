import type { StoredMessage } from '../../src-shared/message.ts';
import type { Change } from '../../src-main/store/changes.ts';
import type { ChannelSummary, Totals } from '../../src-main/store/message-store.ts';

/** A store as a list: what the port promises, kept in the most obvious way. */
export class NaiveStore {
  messages: StoredMessage[] = [];
  /** Everything that ever happened, in order, as `keyOf` tells it. */
  readonly history: string[] = [];
  /** Ids of the messages that are gone. */
  readonly removed = new Set<string>();

  append(message: StoredMessage): void {
    this.messages.push(message);
    this.history.push(message.id);
  }

  /** Returns how many messages are gone. */
  clear(channel: string, eventId: string): number {
    this.history.push(eventId);
    return this.#remove((message) => message.channel === channel).length;
  }

  /** Returns how many messages are gone. */
  trim(before: string): number {
    const gone = this.#remove(({ timestamp }) => timestamp < before);
    for (const channel of new Set(gone.map((message) => message.channel))) {
      this.history.push(trimmedKey(channel, gone.filter((message) => message.channel === channel).length));
    }
    return gone.length;
  }

  of(channel: string): StoredMessage[] {
    return this.messages.filter((message) => message.channel === channel);
  }

  /** Epochs are left to the store. */
  summaries(): Omit<ChannelSummary, 'epoch'>[] {
    const channels = [...new Set(this.messages.map(({ channel }) => channel))].sort();
    return channels.map((channel) => {
      const own = this.of(channel);
      return {
        channel,
        count: own.length,
        lastSeq: own.at(-1)?.seq ?? 0,
        lastTimestamp: own.at(-1)?.timestamp ?? '',
        senders: [...new Set(own.map(({ sender }) => sender))].sort(),
      };
    });
  }

  totals(): Totals {
    return { channels: this.summaries().length, messages: this.messages.length };
  }

  #remove(goes: (message: StoredMessage) => boolean): StoredMessage[] {
    const gone = this.messages.filter(goes);
    this.messages = this.messages.filter((message) => !goes(message));
    for (const { id } of gone) this.removed.add(id);
    return gone;
  }
}

/** What tells a change from every other one. The id of a trimmed event is known to nobody who did not see it. */
export function keyOf(change: Change): string {
  if (change.kind === 'message') return change.message.id;
  const { event } = change;
  return event.type === 'trimmed' ? trimmedKey(event.channel, event.removed) : event.id;
}

function trimmedKey(channel: string, removed: number): string {
  return `trimmed ${channel} ${removed}`;
}
