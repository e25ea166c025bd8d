/** Who asks, as far as the audit log records it. */
export interface Actor {
  /** Address of the client; absent for a process of this machine that speaks stdio. */
  address?: string | undefined;
}
