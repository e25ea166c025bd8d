import { type FSWatcher, realpathSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/**
 * When to look again after the file system reported a write, in ms: the report comes from the write itself, which is
 * before the commit can be seen.
 */
const lookAgain = [1, 3, 8, 20];

/** How often to look where the file system reports nothing, in ms. */
const blindPoll = 50;

/**
 * Own commits a second from which watching stops: each of them would be reported to us, and each looks by itself whether
 * others have written. In between we look this often, in ms.
 */
const busyRate = 100;
const busyPoll = 5;

/** How long the rate is measured before anything is decided by it, in ms. */
const rateWindow = 200;

export interface ChangeWatcherOptions {
  /** The database file. */
  path: string;
  /** Called whenever another process may have committed something; must be cheap. */
  look: () => void;
  /** How often to look without any report, in ms: reports may be lost on some file systems. */
  pollMs: () => number;
}

/** Notices commits of other processes within milliseconds, at next to no cost while nothing happens. */
export class ChangeWatcher {
  readonly #options: ChangeWatcherOptions;
  #watcher: FSWatcher | undefined;
  #poll: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;
  /** A write was reported while looking again was under way: its commit may come after the last look. */
  #reported = false;
  /** We commit so often ourselves that the folder is not watched. */
  #busy = false;
  #ownCommits = 0;
  #windowStart = performance.now();

  constructor(options: ChangeWatcherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#watchFolder();
    this.#schedulePoll();
  }

  /** Counts a commit of our own. */
  committed(): void {
    this.#ownCommits++;
  }

  stop(): void {
    this.#watcher?.close();
    clearTimeout(this.#poll);
    clearTimeout(this.#again);
    this.#watcher = this.#poll = this.#again = undefined;
  }

  /**
   * Watches the folder and not the file: the write-ahead log is removed and made anew as processes come and go. It lies
   * beside the file itself, wherever a link to that may be.
   */
  #watchFolder(): void {
    try {
      const path = realpathSync(this.#options.path);
      const log = `${basename(path)}-wal`;
      this.#watcher = watch(dirname(path), { persistent: false }, (_type, name) => {
        if (name === null || name === log) this.#lookNowAndSoon();
      });
      this.#watcher.on('error', () => this.#loseSight());
    } catch {
      this.#loseSight();
    }
  }

  #loseSight(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #lookNowAndSoon(): void {
    this.#reported = true;
    if (this.#again) return;
    this.#options.look();
    this.#lookSoon();
  }

  #lookSoon(): void {
    this.#reported = false;
    this.#lookLater(0);
  }

  #lookLater(step: number): void {
    const wait = lookAgain[step];
    if (wait === undefined) {
      this.#again = undefined;
      if (this.#reported) this.#lookSoon();
      return;
    }
    this.#again = setTimeout(
      () => {
        this.#options.look();
        this.#lookLater(step + 1);
      },
      wait - (lookAgain[step - 1] ?? 0),
    ).unref();
  }

  #schedulePoll(): void {
    this.#poll = setTimeout(() => {
      this.#options.look();
      this.#weighOwnCommits();
      this.#schedulePoll();
    }, this.#pollWait()).unref();
  }

  #pollWait(): number {
    if (this.#busy) return busyPoll;
    return this.#watcher ? this.#options.pollMs() : Math.min(blindPoll, this.#options.pollMs());
  }

  #weighOwnCommits(): void {
    const now = performance.now();
    const elapsed = now - this.#windowStart;
    if (elapsed < rateWindow) return;
    const busy = (this.#ownCommits * 1_000) / elapsed >= busyRate;
    this.#windowStart = now;
    this.#ownCommits = 0;
    if (busy === this.#busy) return;
    this.#busy = busy;
    if (busy) this.#loseSight();
    else this.#watchFolder();
  }
}
