import type { Database } from 'better-sqlite3';
import { BridgeError } from '../../../../src-shared/bridge-error.ts';
import { formatTimestamp } from '../../../../src-shared/time.ts';
import { originalTables } from './001-original-tables.ts';
import { channelSummaries } from './002-channel-summaries.ts';
import { eventLog } from './003-event-log.ts';
import { delivery } from './004-delivery.ts';
import { searchIndex } from './005-search-index.ts';
import { tokens } from './006-tokens.ts';
import { operations } from './007-operations.ts';
import { removals } from './008-removals.ts';
import { origins } from './009-origins.ts';
import { auditAuthors } from './010-audit-authors.ts';
import { places } from './011-places.ts';
import { wholeIndex } from './012-whole-index.ts';
import { leanInserts } from './013-lean-inserts.ts';
import type { Migration } from './migration.ts';

const migrations: readonly Migration[] = [
  originalTables,
  channelSummaries,
  eventLog,
  delivery,
  searchIndex,
  tokens,
  operations,
  removals,
  origins,
  auditAuthors,
  places,
  wholeIndex,
  leanInserts,
];

/**
 * Brings the file to the newest version, in one transaction: a crash leaves the old version.
 * @throws BridgeError `storage_failed` when a newer program has already moved the file on.
 */
export function migrate(db: Database): void {
  db.transaction(() => {
    db.exec(
      'CREATE TABLE IF NOT EXISTS relay_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)',
    );
    const current =
      db.prepare<[], number>('SELECT coalesce(max(version), 0) FROM relay_migrations').pluck().get() ?? 0;
    const newest = migrations.at(-1)?.version ?? 0;
    if (current > newest) {
      throw new BridgeError(
        'storage_failed',
        `the database ${db.name} was written by a newer version (its format is ${current}, this program knows ${newest}): update this program`,
      );
    }
    const record = db.prepare('INSERT INTO relay_migrations (version, name, applied_at) VALUES (?, ?, ?)');
    for (const { version, name, sql } of migrations) {
      if (version <= current) continue;
      db.exec(sql);
      record.run(version, name, formatTimestamp(Date.now()));
    }
    // Ours are the places (011). The Python program makes its index again whenever it opens the file.
    db.exec('DROP INDEX IF EXISTS idx_messages_channel');
  }).immediate();
}
