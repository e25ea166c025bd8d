import type { ErrorCode } from '../bridge-error.ts';

/** `GET /api/refusals`: newest first. */
export interface RefusalsResponse {
  refusals: RefusalBody[];
}

/** Requests that came to the relay and not in: of programs that are being set up, or of those who have no business here. */
export interface RefusalBody {
  /** Of the last one. */
  at: string;
  /** The same from the same address, one after the other. */
  times: number;
  address: string;
  method: string;
  /** Without the query. */
  path: string;
  /** What the program calls itself. */
  user_agent: string | null;
  code: ErrorCode;
  /** It brought something in the header `Authorization`. */
  with_credential: boolean;
}
