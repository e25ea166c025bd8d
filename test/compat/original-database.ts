import Database from 'better-sqlite3';
import { tablesOf091 } from '../store/python-file.ts';

export interface OriginalRow {
  id: string;
  channel: string;
  sender: string;
  content: string;
  timestamp?: string;
}

/** Writes rows as the original does, into a new file or beside a running relay. */
export function writeAsOriginal(path: string, rows: readonly OriginalRow[]): void {
  const db = new Database(path, { timeout: 5_000 });
  try {
    db.pragma('journal_mode = WAL');
    db.exec(tablesOf091);
    const insert = db.prepare(
      'INSERT INTO messages (id, channel, sender, content, timestamp) VALUES (?, ?, ?, ?, ?)',
    );
    for (const { id, channel, sender, content, timestamp = '2026-01-31T08:15:00.250000Z' } of rows) {
      insert.run(id, channel, sender, content, timestamp);
    }
  } finally {
    db.close();
  }
}
