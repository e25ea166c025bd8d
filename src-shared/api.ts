export type { AuditEvent } from './api/audit.ts';
