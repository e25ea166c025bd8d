import Database from 'better-sqlite3';
import { v7 as uuid } from 'uuid';

/**
 * The most that SQLite could do on this disk: rows like our messages, so many for each commit, in a loop without any
 * server around it. Usage: `node insert-loop.ts FILE`, then jobs by message.
 */
export interface InsertJob {
  rowsPerCommit: number;
  ms: number;
}

export interface InsertResult {
  rows: number;
  seconds: number;
}

const db = new Database(process.argv[2] ?? ':memory:');
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
// The table of the messages with its indices, without the triggers that keep our summaries.
db.exec(`
  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL,
    sender TEXT NOT NULL,
    content TEXT NOT NULL,
    timestamp TEXT NOT NULL
  );
  CREATE INDEX idx_messages_channel ON messages (channel);
  CREATE INDEX idx_messages_timestamp ON messages (timestamp);
`);
const insert = db.prepare(
  'INSERT INTO messages (id, channel, sender, content, timestamp) VALUES (?, ?, ?, ?, ?)',
);
const content = 'x'.repeat(150);

const insertBatch = db.transaction((rows: number) => {
  for (let row = 0; row < rows; row++) {
    insert.run(uuid(), `bench:${row}`, 'load', content, new Date().toISOString());
  }
});

process.on('message', ({ rowsPerCommit, ms }: InsertJob) => {
  const started = performance.now();
  let rows = 0;
  while (performance.now() - started < ms) {
    insertBatch.immediate(rowsPerCommit);
    rows += rowsPerCommit;
  }
  const result: InsertResult = { rows, seconds: (performance.now() - started) / 1000 };
  process.send?.(result);
});
process.on('disconnect', () => process.exit());
