/** One row of the audit log (7.6). */
export interface AuditEvent {
  id: number;
  timestamp: string;
  event: string;
  channel: string | null;
  detail: string | null;
  /** The address of the client. */
  ip: string | null;
  /** The label of the credential that was used. */
  by: string | null;
}

export interface AuditResponse {
  enabled: boolean;
  events: AuditEvent[];
  /** `before_id` of the page behind this one, which may bring fewer than were asked for, or none; absent at the end. */
  next_before_id?: number;
}
