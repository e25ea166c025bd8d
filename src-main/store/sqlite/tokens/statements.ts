import type { Database } from 'better-sqlite3';
import { prepareStateStatements } from '../state-statements.ts';

export interface TokenRow {
  id: string;
  label: string;
  access: string;
  digest: Uint8Array;
  old_digest: Uint8Array | null;
  old_until: string | null;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  last_address: string | null;
}

interface NewTokenRow {
  id: string;
  label: string;
  labelKey: string;
  access: string;
  digest: Uint8Array;
  createdAt: string;
  expiresAt: string | null;
}

/** The statements about tokens. There are few of them, so none needs an index. */
export function prepareTokenStatements(db: Database) {
  return {
    ...prepareStateStatements(db),
    revision: db.prepare<[], number>('SELECT revision FROM relay_token_revision').pluck(),
    all: db.prepare<[], TokenRow>('SELECT * FROM relay_tokens ORDER BY created_at, id'),
    insert: db.prepare<[NewTokenRow]>(
      `INSERT INTO relay_tokens (id, label, label_key, access, digest, created_at, expires_at)
       VALUES (:id, :label, :labelKey, :access, :digest, :createdAt, :expiresAt)`,
    ),
    removeExpired: db.prepare<[{ labelKey: string; now: string }]>(
      'DELETE FROM relay_tokens WHERE label_key = :labelKey AND expires_at <= :now',
    ),
    hasLabel: db.prepare<[string], 1>('SELECT 1 FROM relay_tokens WHERE label_key = ?').pluck(),
    remove: db.prepare<[string]>('DELETE FROM relay_tokens WHERE id = ?'),
    rotate: db.prepare<[{ id: string; digest: Uint8Array; oldUntil: string }]>(
      `UPDATE relay_tokens SET old_digest = digest, old_until = :oldUntil, digest = :digest WHERE id = :id`,
    ),
    noteUse: db.prepare<[{ id: string; at: string; address: string }]>(
      `UPDATE relay_tokens SET last_used_at = :at, last_address = :address
       WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :at)`,
    ),
  };
}

export type TokenStatements = ReturnType<typeof prepareTokenStatements>;
