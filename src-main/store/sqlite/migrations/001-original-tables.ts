import type { Migration } from './migration.ts';

/**
 * The tables of Claude-Bridge 0.9.1 exactly as it makes them, so that its files open here and ours open there (wire
 * specification 2.2, 2.3, 2.6).
 */
export const originalTables: Migration = {
  version: 1,
  name: 'original tables',
  sql: `
    CREATE TABLE IF NOT EXISTS messages (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      channel TEXT NOT NULL,
      sender TEXT NOT NULL,
      content TEXT NOT NULL,
      timestamp TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS idx_messages_channel ON messages (channel);
    CREATE INDEX IF NOT EXISTS idx_messages_timestamp ON messages (timestamp);
    CREATE TABLE IF NOT EXISTS audit (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      timestamp TEXT NOT NULL,
      event TEXT NOT NULL,
      channel TEXT,
      detail TEXT,
      ip TEXT
    );
  `,
};
