import { readlinkSync, watch, type FSWatcher } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { toError } from '../../src-shared/bridge-error.ts';
import { loadCertificate, type CertificatePaths, type LoadedCertificate } from './certificate.ts';

export interface WatchOptions extends CertificatePaths {
  /** The pair in use, as it was loaded. */
  current: LoadedCertificate;
  /** Wait after the last event before looking: one renewal makes many events. */
  settleMs?: number;
  /** Between two tries of a pair that does not fit yet, because its second file is still to come. */
  retryMs?: number;
  retries?: number;
  /** The safety net where the system reports no events: network drives, renamed directories. */
  pollMs?: number;
}

type Changed = (certificate: LoadedCertificate) => void;
type Failed = (error: Error) => void;

export interface CertificateWatch {
  close(): void;
}

/**
 * Reloads the certificate whenever its files change: rewritten, renamed over, or reached by a symbolic link that was
 * pointed elsewhere. While the new pair is broken the old one stays in use.
 * @param onChange gets each new pair that passed all checks
 * @param onError gets the reason when a pair stays broken, once for each reason
 */
export function watchCertificate(
  options: WatchOptions,
  onChange: Changed,
  onError: Failed,
): CertificateWatch {
  return new Watch(options, onChange, onError);
}

class Watch implements CertificateWatch {
  readonly #paths: CertificatePaths;
  readonly #settleMs: number;
  readonly #retryMs: number;
  readonly #retries: number;
  readonly #onChange: Changed;
  readonly #onError: Failed;
  readonly #poll: NodeJS.Timeout;
  #watchers: FSWatcher[] = [];
  #next: NodeJS.Timeout | undefined;
  #current: LoadedCertificate;
  #reported: string | undefined;
  #closed = false;

  constructor(options: WatchOptions, onChange: Changed, onError: Failed) {
    const {
      certPath,
      keyPath,
      current,
      settleMs = 100,
      retryMs = 250,
      retries = 20,
      pollMs = 60_000,
    } = options;
    this.#paths = { certPath, keyPath };
    this.#current = current;
    this.#settleMs = settleMs;
    this.#retryMs = retryMs;
    this.#retries = retries;
    this.#onChange = onChange;
    this.#onError = onError;
    this.#watchDirectories();
    this.#poll = setInterval(() => this.#lookUnlessPending(), pollMs).unref();
    // The files may have changed after they were loaded and before they were watched.
    this.#lookIn(settleMs, retries);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#poll);
    clearTimeout(this.#next);
    for (const watcher of this.#watchers) watcher.close();
  }

  /** A poll must not cut short the patience with a pair that is being written. */
  #lookUnlessPending(): void {
    if (this.#next === undefined) this.#lookIn(0, this.#retries);
  }

  #lookIn(ms: number, retries: number): void {
    if (this.#closed) return;
    clearTimeout(this.#next);
    this.#next = setTimeout(() => this.#look(retries), ms).unref();
  }

  #look(retries: number): void {
    this.#next = undefined;
    let found: LoadedCertificate;
    try {
      found = loadCertificate(this.#paths);
    } catch (error) {
      if (retries > 0) this.#lookIn(this.#retryMs, retries - 1);
      else this.#report(toError(error));
      return;
    }
    this.#reported = undefined;
    if (found.cert.equals(this.#current.cert) && found.key.equals(this.#current.key)) return;
    this.#current = found;
    this.#watchDirectories();
    this.#onChange(found);
  }

  #report(error: Error): void {
    if (error.message === this.#reported) return;
    this.#reported = error.message;
    this.#onError(error);
  }

  /** Directories, because a watch on a file stays with the old file when another is renamed over it. */
  #watchDirectories(): void {
    for (const watcher of this.#watchers) watcher.close();
    const directories = new Set([
      ...directoriesOf(this.#paths.certPath),
      ...directoriesOf(this.#paths.keyPath),
    ]);
    this.#watchers = [...directories].flatMap((directory) => {
      try {
        const watcher = watch(directory, { persistent: false }, () =>
          this.#lookIn(this.#settleMs, this.#retries),
        );
        return [watcher.on('error', () => watcher.close())];
      } catch {
        // Out of watches, or the directory is gone: the poll finds the change a little later.
        return [];
      }
    });
  }
}

/** The directory of a file and of each symbolic link on the way to it. */
function directoriesOf(path: string): string[] {
  const directories: string[] = [];
  let file = resolve(path);
  for (let hop = 0; hop < 10; hop++) {
    directories.push(dirname(file));
    try {
      file = resolve(dirname(file), readlinkSync(file));
    } catch {
      break;
    }
  }
  return directories;
}
