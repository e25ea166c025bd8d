import type { Change } from '../../src-main/store/changes.ts';
import type { StreamSink } from '../../src-main/relay/subscription.ts';
import { told } from '../contract/support.ts';

/** A reader whose pace the test decides. */
export class FakeSink implements StreamSink {
  /** What was delivered, call by call. */
  readonly batches: (readonly Change[])[] = [];
  /** Everything that was written, in words. */
  readonly written: string[] = [];
  ended = false;
  closed = false;
  congested = false;
  closeListeners = 0;
  #drained: (() => void)[] = [];
  #closed: (() => void)[] = [];
  #waiting: (() => void)[] = [];

  get delivered(): Change[] {
    return this.batches.flat();
  }

  deliver(changes: readonly Change[]): void {
    if (this.ended) throw new Error('something was delivered after the end');
    this.batches.push(changes);
    this.#write(...changes.map(told));
  }

  reportStale(since: string): void {
    this.#write(`stale ${since}`);
  }

  reportTruncated(limit: number): void {
    this.#write(`truncated ${limit}`);
  }

  reportPaused(): void {
    this.#write('told that it is paused');
  }

  onceDrained(callback: () => void): void {
    this.#drained.push(callback);
  }

  onceClosed(callback: () => void): void {
    this.closeListeners++;
    if (this.closed) callback();
    else this.#closed.push(callback);
  }

  end(): void {
    this.ended = true;
    this.#write('end');
    this.close();
  }

  /** The reader has taken everything. */
  drain(): void {
    this.congested = false;
    for (const callback of this.#drained.splice(0)) callback();
  }

  /** The reader goes away. */
  close(): void {
    this.closed = true;
    for (const callback of this.#closed.splice(0)) callback();
  }

  /** Waits until so much was written. */
  async has(count: number): Promise<string[]> {
    await this.until(() => this.written.length >= count);
    return this.written;
  }

  async until(enough: () => boolean): Promise<void> {
    while (!enough()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #write(...words: string[]): void {
    this.written.push(...words);
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
