import { closeSync, fsyncSync, mkdtempSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { startRelay } from '../servers/start.ts';
import { commonWord, randomNumbers, textOf } from './texts.ts';

export interface Filling {
  program: string;
  folder: string;
  messages: number;
  channels: number;
  timestamp?: string;
}

/** Two words that occur in a row in `needles` messages, whatever their number, spread evenly. */
export const needle = 'needle';
export const besideNeedle = 'haystack';
export const needles = 20;

/** Rows of one transaction. */
const batch = 10_000;

/**
 * A data directory whose database holds so many messages, written the quick way: into the tables of a relay that has
 * just made them. A tenth are tasks, and another tenth the results that settle them.
 */
export async function fillHome({ program, folder, ...filling }: Filling): Promise<string> {
  const home = mkdtempSync(join(folder, 'filled-'));
  await (await startRelay({ program, folder, home })).stop();
  const db = new Database(databaseOf(home));
  try {
    // A power cut may take the scratch file.
    db.pragma('synchronous = OFF');
    insertMessages(db, filling);
  } finally {
    db.close();
  }
  flush(databaseOf(home));
  return home;
}

/** Writes a file to the disk: else the first commit of the relay that is measured would have to. */
function flush(file: string): void {
  const descriptor = openSync(file, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

export function databaseOf(home: string): string {
  return join(home, 'claude-bridge.db');
}

export function channelOf(place: number, channels: number): string {
  return `bench:${place % channels}`;
}

export function idOf(place: number): string {
  return `bench-${place}`;
}

function insertMessages(
  db: Database.Database,
  { messages, channels, timestamp = new Date().toISOString() }: Omit<Filling, 'program' | 'folder'>,
): void {
  const insert = db.prepare(
    'INSERT INTO messages (id, channel, sender, content, timestamp) VALUES (?, ?, ?, ?, ?)',
  );
  const random = randomNumbers(messages);
  const insertBatch = db.transaction((from: number) => {
    for (let place = from; place < Math.min(from + batch, messages); place++) {
      const isNeedle = place % Math.floor(messages / needles) === 0;
      const text = isNeedle ? `${commonWord} ${needle} ${besideNeedle} ${place}` : textOf(random);
      const turn = Math.floor(place / channels);
      const content = asEnvelope(text, turn, place % channels) ?? text;
      insert.run(idOf(place), channelOf(place, channels), `agent ${turn % 7}`, content, timestamp);
    }
  });
  for (let from = 0; from < messages; from += batch) insertBatch(from);
}

/** Of ten messages of a channel in a row the first is a task, and the sixth its result. */
function asEnvelope(content: string, turn: number, channel: number): string | undefined {
  if (turn % 10 !== 0 && turn % 10 !== 5) return undefined;
  const thread_id = `thread ${channel}/${Math.floor(turn / 10)}`;
  return JSON.stringify({ content, schema_version: 1, thread_id, type: turn % 10 === 0 ? 'task' : 'result' });
}
