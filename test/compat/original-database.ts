import Database from 'better-sqlite3';

export interface OriginalRow {
  id: string;
  channel: string;
  sender: string;
  content: string;
  timestamp?: string;
}

/** The tables as version 0.9.1 of the original makes them (wire specification 2.2, 2.3). */
const originalTables = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    sender TEXT NOT NULL,
    content TEXT NOT NULL,
    timestamp TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS idx_messages_channel ON messages(channel);
  CREATE INDEX IF NOT EXISTS idx_messages_timestamp ON messages(timestamp);
  CREATE TABLE IF NOT EXISTS audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    timestamp TEXT NOT NULL,
    event TEXT NOT NULL,
    channel TEXT,
    detail TEXT,
    ip TEXT
  );
`;

/** Writes rows as the original does, into a new file or beside a running relay. */
export function writeAsOriginal(path: string, rows: readonly OriginalRow[]): void {
  const db = new Database(path, { timeout: 5_000 });
  try {
    db.exec(originalTables);
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
