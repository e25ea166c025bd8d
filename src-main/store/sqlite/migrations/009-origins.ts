import type { Migration } from './migration.ts';

/**
 * Who sent a message: the credential and the client, interned, since few of them send many messages. The number lies in
 * the row of the message, so that both come and go together. The Python versions name their columns and leave this one
 * alone; it is null for what they write.
 */
export const origins: Migration = {
  version: 9,
  name: 'origins',
  sql: `
    CREATE TABLE relay_origins (
      id INTEGER PRIMARY KEY,
      label TEXT NOT NULL,
      -- Both empty where the client has not said what it is.
      client_name TEXT NOT NULL,
      client_version TEXT NOT NULL,
      UNIQUE (label, client_name, client_version)
    );
    ALTER TABLE messages ADD COLUMN relay_origin INTEGER;
  `,
};
