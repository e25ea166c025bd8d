import type { Database } from 'better-sqlite3';

/** The statements of what is kept beside the messages, by name. */
export function prepareStateStatements(db: Database) {
  return {
    state: db.prepare<[key: string], string>('SELECT value FROM relay_state WHERE key = ?').pluck(),
    setState: db.prepare<[key: string, value: string]>(
      'INSERT INTO relay_state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    ),
    deleteState: db.prepare<[key: string]>('DELETE FROM relay_state WHERE key = ?'),
  };
}
