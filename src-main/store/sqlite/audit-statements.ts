import type { Database } from 'better-sqlite3';
import type { AuditEvent } from '../../../src-shared/api/audit.ts';
import { fixedPlan } from './fixed-plan.ts';

/** What makes an `AuditEvent`. */
const auditColumns = 'id, timestamp, event, channel, detail, ip, relay_by AS by';

/** The statements of the audit log, by name. */
export function prepareAuditStatements(db: Database) {
  return {
    insertAudit: db.prepare<[Omit<AuditEvent, 'id'>]>(
      `INSERT INTO audit (timestamp, event, channel, detail, ip, relay_by)
       VALUES (:timestamp, :event, :channel, :detail, :ip, :by)`,
    ),
    audit: db.prepare<[{ beforeId: number; limit: number }], AuditEvent>(
      fixedPlan(`SELECT ${auditColumns} FROM audit WHERE id < :beforeId ORDER BY id DESC LIMIT :limit`),
    ),
    auditOf: db.prepare<[{ event: string; beforeId: number; limit: number }], AuditEvent>(
      fixedPlan(`SELECT ${auditColumns} FROM audit INDEXED BY relay_audit_event
       WHERE event = :event AND id < :beforeId ORDER BY id DESC LIMIT :limit`),
    ),
    /** What a search for certain channels goes through. */
    auditChannels: db.prepare<[{ beforeId: number; limit: number }], Pick<AuditEvent, 'id' | 'channel'>>(
      fixedPlan('SELECT id, channel FROM audit WHERE id < :beforeId ORDER BY id DESC LIMIT :limit'),
    ),
    auditChannelsOf: db.prepare<
      [{ event: string; beforeId: number; limit: number }],
      Pick<AuditEvent, 'id' | 'channel'>
    >(
      fixedPlan(`SELECT id, channel FROM audit INDEXED BY relay_audit_event
       WHERE event = :event AND id < :beforeId ORDER BY id DESC LIMIT :limit`),
    ),
    auditById: db.prepare<[number], AuditEvent>(`SELECT ${auditColumns} FROM audit WHERE id = ?`),
    deleteOldAudit: db.prepare<[number, string]>(
      fixedPlan('DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT ?) AND timestamp < ?'),
    ),
  };
}
