import type { Migration } from './migration.ts';

/**
 * Tokens of single machines, of which the digest is kept and never the secret. The revision grows with every change
 * that matters to those who ask for tokens, whoever makes it, so that all processes notice.
 */
export const tokens: Migration = {
  version: 6,
  name: 'tokens',
  sql: `
    CREATE TABLE relay_tokens (
      id TEXT PRIMARY KEY,
      label TEXT NOT NULL,
      label_key TEXT NOT NULL UNIQUE,
      access TEXT NOT NULL,
      digest BLOB NOT NULL CHECK (length(digest) = 32),
      old_digest BLOB,
      old_until TEXT,
      created_at TEXT NOT NULL,
      expires_at TEXT,
      last_used_at TEXT,
      last_address TEXT
    ) WITHOUT ROWID;

    CREATE TABLE relay_token_revision (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL);
    INSERT INTO relay_token_revision (id, revision) VALUES (1, 0);
    CREATE TRIGGER relay_token_added AFTER INSERT ON relay_tokens BEGIN
      UPDATE relay_token_revision SET revision = revision + 1;
    END;
    CREATE TRIGGER relay_token_removed AFTER DELETE ON relay_tokens BEGIN
      UPDATE relay_token_revision SET revision = revision + 1;
    END;
    CREATE TRIGGER relay_token_changed
      AFTER UPDATE OF id, label, access, digest, old_digest, old_until, expires_at ON relay_tokens
    BEGIN
      UPDATE relay_token_revision SET revision = revision + 1;
    END;
  `,
};
