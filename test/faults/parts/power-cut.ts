import { readFileSync } from 'node:fs';
import type { Random } from './random.ts';

/** A disk keeps or loses this much at once, in bytes. */
const sector = 512;

const entryBytes = 24;
const operations = { write: 1, sync: 2, truncate: 4, remove: 8 } as const;

interface Entry {
  operation: number;
  /** 0 the database, 1 its write-ahead log. */
  file: 0 | 1;
  offset: number;
  data: Buffer;
  /** Where it ends in the journal. */
  end: number;
}

/** Reads the journal of a disk shim. An entry that was being written when the process ended has not happened. */
export function readJournal(path: string): Entry[] {
  const bytes = readFileSync(path);
  const entries: Entry[] = [];
  for (let place = 0; place + entryBytes <= bytes.length;) {
    const operation = bytes.readUInt32LE(place);
    const file = bytes.readUInt32LE(place + 4) === 0 ? 0 : 1;
    const offset = Number(bytes.readBigUInt64LE(place + 8));
    const length = Number(bytes.readBigUInt64LE(place + 16));
    const end = place + entryBytes + (operation === operations.write ? length : 0);
    if (end > bytes.length) break;
    entries.push({ operation, file, offset, data: bytes.subarray(place + entryBytes, end), end });
    place = end;
  }
  return entries;
}

/** A file as the disk holds it for certain, and what was written since its last sync. */
class DiskFile {
  #forced = Buffer.alloc(0);
  #length = 0;
  #pending: Entry[] = [];

  take(entry: Entry): void {
    if (entry.operation === operations.sync) {
      for (const pending of this.#pending) this.#force(pending);
      this.#pending = [];
    } else {
      this.#pending.push(entry);
    }
  }

  /** What a power cut leaves: of what was not forced, any part, sector by sector. */
  afterCut(random: Random): Buffer {
    const left = new DiskFile();
    left.#forced = Buffer.from(this.#forced);
    left.#length = this.#length;
    const share = random.pick([0, 0.3, 0.7, 0.95, 1]);
    for (const entry of this.#pending) {
      if (entry.operation !== operations.write) {
        if (random.chance(share)) left.#force(entry);
        continue;
      }
      for (let from = 0; from < entry.data.length; from += sector) {
        if (!random.chance(share)) continue;
        const data = entry.data.subarray(from, from + sector);
        left.#force({ ...entry, offset: entry.offset + from, data });
      }
    }
    return left.#forced.subarray(0, left.#length);
  }

  #force({ operation, offset, data }: Entry): void {
    if (operation === operations.remove) this.#length = 0;
    else if (operation === operations.truncate) this.#resize(offset);
    else {
      this.#resize(Math.max(this.#length, offset + data.length));
      data.copy(this.#forced, offset);
    }
  }

  #resize(length: number): void {
    if (length > this.#forced.length) {
      const larger = Buffer.alloc(Math.max(length, this.#forced.length * 2));
      this.#forced.copy(larger, 0, 0, this.#length);
      this.#forced = larger;
    }
    // What lies beyond the end reads as zeros when the file grows again.
    if (length < this.#length) this.#forced.fill(0, length, this.#length);
    this.#length = length;
  }
}

/** The two files of a database at one moment of the journal after another. */
export class CutDisk {
  readonly #files = [new DiskFile(), new DiskFile()] as const;
  readonly #entries: readonly Entry[];
  #next = 0;

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  /** Lets everything happen that lies before a place in the journal. Places must not go back. */
  advance(place: number): void {
    for (;;) {
      const entry = this.#entries[this.#next];
      if (!entry || entry.end > place) return;
      this.#files[entry.file].take(entry);
      this.#next++;
    }
  }

  cut(random: Random): { database: Buffer; log: Buffer } {
    const [database, log] = this.#files;
    return { database: database.afterCut(random), log: log.afterCut(random) };
  }
}
