import type { Access } from '../access.ts';

/** `GET /api/sessions` (7.3). */
export interface SessionsResponse {
  sessions: SessionBody[];
}

/** A browser that is signed in. */
export interface SessionBody {
  /** Has nothing to do with the secret. */
  id: string;
  /** The credential that was used to sign in. */
  credential: string;
  created_at: string;
  last_used_at: string;
  expires_at: string;
  /** From where it was signed in. */
  address: string;
  /** As the browser named itself; empty if it did not. */
  user_agent: string;
  /** Requests and streams that are open now. */
  open: number;
  /** It is the one that asks. */
  current: boolean;
}

/** `/api/session` (7.3), with what one may do while one is signed in. */
export interface SessionResponse extends Partial<Access> {
  authenticated: boolean;
  auth_required: boolean;
}
