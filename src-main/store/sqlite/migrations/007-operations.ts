import type { Migration } from './migration.ts';

/**
 * What the owner of the relay has decided while it ran, for all processes on the file; and an index, so that the audit
 * log can be read by kind of event.
 */
export const operations: Migration = {
  version: 7,
  name: 'operations',
  sql: `
    CREATE TABLE relay_state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE INDEX relay_audit_event ON audit (event);
  `,
};
