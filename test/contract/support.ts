import { onTestFinished } from 'vitest';
import type { Change, ChangePage, Position } from '../../src-main/store/changes.ts';
import type { ChannelSummary, MessageStore } from '../../src-main/store/message-store.ts';
import type { StoreData } from './message-store-contract.ts';

export type CreateData = () => Promise<StoreData>;

export interface OpenedStore {
  store: MessageStore;
  /** Opens a further store on the same data, as another process would. */
  openAnother: () => Promise<MessageStore>;
  openCopy: (file: string) => Promise<MessageStore>;
}

/** A store on data of its own, which is gone when the test ends. */
export async function openStore(create: CreateData): Promise<OpenedStore> {
  const data = await create();
  onTestFinished(() => data.remove());
  return {
    store: await data.open(),
    openAnother: () => data.open(),
    openCopy: (file) => data.openCopy(file),
  };
}

/** Appends messages one after the other and returns them. */
export async function appendAll(store: MessageStore, channel: string, contents: readonly string[]) {
  const appended = await Promise.all(
    contents.map((content) => store.append({ channel, sender: 'alice', content })),
  );
  return appended.map(({ message }) => message);
}

/** `count` contents that can be told apart. */
export function numbered(count: number, prefix = 'message'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix} ${index}`);
}

export function contentsOf(messages: readonly { content: string }[]): string[] {
  return messages.map(({ content }) => content);
}

export async function summaryOf(store: MessageStore, channel: string): Promise<ChannelSummary | undefined> {
  return (await store.channels()).find((summary) => summary.channel === channel);
}

/** Everything that a store publishes from now on. */
export class Watching {
  readonly changes: Change[] = [];
  readonly stop: () => void;
  #waiting: (() => void)[] = [];

  constructor(store: MessageStore) {
    this.stop = store.watch((changes) => {
      this.changes.push(...changes);
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  /** Resolves as soon as `enough` holds. */
  async until(enough: (changes: readonly Change[]) => boolean): Promise<Change[]> {
    while (!enough(this.changes)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.changes;
  }

  count(count: number): Promise<Change[]> {
    return this.until(({ length }) => length >= count);
  }
}

/** A change in a form that is easy to compare: the content of a message, or what happened and to which ones. */
export function told(change: Change): string {
  if (change.kind === 'message') return change.message.content;
  const { event } = change;
  if ('removed' in event) return `${event.type} ${event.channel} ${event.removed}`;
  if (!('consumer' in event)) return event.type;
  return `${event.type} ${event.channel} ${event.firstSeq}-${event.lastSeq} by ${event.consumer}`;
}

/** All changes after a position, read in pages of `limit`. */
export async function readChanges(
  store: MessageStore,
  since: Position,
  { channel, limit = 100 }: { channel?: string; limit?: number } = {},
): Promise<Change[]> {
  const changes: Change[] = [];
  let position = since;
  let page: ChangePage;
  do {
    page = await store.changes(position, channel === undefined ? { limit } : { channel, limit });
    changes.push(...page.changes);
    position = page.position;
  } while (page.more);
  return changes;
}

export const beginning: Position = { seq: 0, event: 0 };
