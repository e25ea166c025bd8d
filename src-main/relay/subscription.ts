import { type Change, covers, type Position } from '../store/changes.ts';
import type { MessageStore } from '../store/message-store.ts';
import { selects, type Selection } from './selection.ts';
import type { StreamReads } from './stream-reads.ts';

/** Where a subscription writes to: an event stream over HTTP, or anything else that can fall behind. */
export interface StreamSink {
  /**
   * Takes changes, in order. The same array is handed to every subscriber of the same channels, so it may be encoded
   * once. `written`, if given, is to be called when all of it was written out; never, when that failed.
   */
  deliver(changes: readonly Change[], written?: () => void): void;
  /** The cursor to resume from is unknown. */
  reportStale(since: string): void;
  /** More was missed than is replayed at once. */
  reportTruncated(limit: number): void;
  /** Nothing is handed out for now. It says nothing about the place in the log where that began. */
  reportPaused(): void;
  /** More waits to be written than the reader may keep us holding. */
  readonly congested: boolean;
  /** Calls back when what waited has been written. */
  onceDrained(callback: () => void): void;
  onceClosed(callback: () => void): void;
  end(): void;
}

/** Changes read at a time for a reader that is behind. */
const pageSize = 50;

export interface SubscriptionParts {
  store: MessageStore;
  selection: Selection;
  sink: StreamSink;
  /** Told of what was written out, if somebody reads the stream by name. */
  reads: StreamReads | undefined;
  /** The newest change that was published, to know when a reader has caught up with it. */
  published: () => Position;
}

/**
 * One reader of some channels with its position in the log. While it keeps up, changes are pushed to it; when it falls
 * behind, it is read forward from the store at its own pace. Either way it gets every change once, in order.
 */
export class Subscription {
  readonly selection: Selection;
  readonly #store: MessageStore;
  readonly #sink: StreamSink;
  readonly #reads: StreamReads | undefined;
  readonly #published: () => Position;
  #position: Position;
  #live = false;
  #held = false;
  #ended = false;
  /** Goes on with what waits for the reader to drain. */
  #wake: () => void = () => undefined;
  /** Goes on with what waits for `release`. */
  #goOn: () => void = () => undefined;

  constructor({ store, selection, sink, reads, published }: SubscriptionParts) {
    this.selection = selection;
    this.#store = store;
    this.#sink = sink;
    this.#reads = reads;
    this.#published = published;
    this.#position = published();
  }

  /** Up to where it was handed what it carries. */
  get position(): Position {
    return this.#position;
  }

  /** Behind the newest change and being read forward from the store. */
  get lagging(): boolean {
    return !this.#live && !this.#held && !this.#ended;
  }

  /** Starts with what comes next. To be called before anything else can be published. */
  startLive(): void {
    this.#live = true;
  }

  /** Starts with what came after the subscription was made. */
  catchUp(): Promise<void> {
    return this.#readForward(Infinity);
  }

  /**
   * Starts after `position`. At most `replayLimit` changes are replayed; if more was missed, the stream says so and
   * ends.
   */
  resume(position: Position, replayLimit: number): Promise<void> {
    this.#position = position;
    return this.#readForward(replayLimit);
  }

  /** Pushes changes that were just committed. `changes` holds those of the selection, at least one. */
  push(changes: readonly Change[]): void {
    if (!this.#live) return;
    const fresh = this.#withoutSeen(changes);
    const last = fresh.at(-1);
    if (!last) return;
    this.#deliver(fresh);
    this.#position = last.position;
    if (this.#sink.congested) this.#fallBehind();
  }

  /** Hands out nothing more until `release`. Who keeps up has been told by the change that says so, others are now. */
  hold(): void {
    if (this.#held || this.#ended) return;
    this.#held = true;
    if (this.#live) {
      this.#live = false;
      this.#readOn();
    } else {
      this.#sink.reportPaused();
    }
  }

  /** Goes on with all that lies behind what was handed out last. */
  release(): void {
    this.#held = false;
    this.#goOn();
  }

  end(): void {
    if (this.#ended) return;
    this.closed();
    this.#sink.end();
  }

  /** The reader has gone away by itself. */
  closed(): void {
    this.#ended = true;
    this.#live = false;
    this.#wake();
    this.#goOn();
  }

  /** A change that was committed but not yet published when we read the store is seen twice: once here, once pushed. */
  #withoutSeen(changes: readonly Change[]): readonly Change[] {
    const [first] = changes;
    if (!first || !covers(this.#position, first.position)) return changes;
    return changes.filter(({ position }) => !covers(this.#position, position));
  }

  #deliver(changes: readonly Change[]): void {
    const reads = this.#reads;
    if (reads) this.#sink.deliver(changes, () => reads.written(changes));
    else this.#sink.deliver(changes);
  }

  #fallBehind(): void {
    this.#live = false;
    this.#readOn(this.#drained());
  }

  #readOn(once: Promise<void> = Promise.resolve()): void {
    once
      .then(() => this.#readForward(Infinity))
      // A store in trouble ends the stream; the reader resumes from its last id.
      .catch(() => this.end());
  }

  /** Catches up with what was published, a page at a time, or ends the stream when `limit` changes are not enough. */
  async #readForward(limit: number): Promise<void> {
    let left = limit;
    while (this.#isOpen()) {
      if (this.#isHeld()) await new Promise<void>((resolve) => (this.#goOn = resolve));
      const page = await this.#readPage();
      if (!this.#isOpen()) return;
      if (this.#isHeld()) continue;
      const wanted = page.changes.filter((change) => selects(this.selection, change));
      const replayed = wanted.slice(0, left);
      if (replayed.length > 0) this.#deliver(replayed);
      if (replayed.length < wanted.length) {
        this.#sink.reportTruncated(limit);
        this.end();
        return;
      }
      left -= replayed.length;
      this.#position = page.position;
      if (!page.more && covers(this.#position, this.#published())) {
        this.#live = true;
        return;
      }
      if (this.#sink.congested) await this.#drained();
      // Pages of which nothing is wanted fill no buffer, and must not hold the event loop either.
      else await new Promise(setImmediate);
    }
  }

  /** What comes next: of one channel by its index, of several by reading all. */
  #readPage() {
    const { channels } = this.selection;
    const [channel] = channels;
    const single = channels !== 'all' && channels.size === 1 && channel !== undefined;
    return this.#store.changes(this.#position, single ? { channel, limit: pageSize } : { limit: pageSize });
  }

  #isOpen(): boolean {
    return !this.#ended;
  }

  #isHeld(): boolean {
    return this.#held;
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#sink.onceDrained(resolve);
    });
  }
}
