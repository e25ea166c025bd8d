import type { Migration } from './migration.ts';

/** Up to which message the search index was last merged into one piece: few pieces make short searches. */
export const wholeIndex: Migration = {
  version: 12,
  name: 'whole index',
  sql: 'ALTER TABLE relay_index_state ADD COLUMN merged_seq INTEGER NOT NULL DEFAULT 0',
};
