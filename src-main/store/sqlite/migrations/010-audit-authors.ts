import type { Migration } from './migration.ts';

/**
 * By whose credential an entry of the audit log came about. The Python versions name their columns and leave this one alone;
 * it is null for what they write.
 */
export const auditAuthors: Migration = {
  version: 10,
  name: 'audit authors',
  sql: 'ALTER TABLE audit ADD COLUMN relay_by TEXT',
};
