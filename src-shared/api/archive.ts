import type { ErrorCode } from '../bridge-error.ts';

/** `POST /api/import` (3.16). A dry run counts what would be imported. */
export interface ImportResponse {
  dry_run: boolean;
  /** The export was there to its end line. */
  complete: boolean;
  lines: number;
  /** `skipped`: was there already. */
  messages: { imported: number; skipped: number };
  cursors: { imported: number; skipped: number };
  /** Lines that were left out because something is wrong with them; the first ones, with the reason. */
  refused: number;
  errors: { line: number; code: ErrorCode; field?: string; error: string }[];
}

export interface ExportQuery {
  /** None for all. */
  channel?: readonly string[] | undefined;
  /** An id or a time. */
  since?: string | undefined;
}

export interface ImportQuery {
  on_error?: 'stop' | 'skip' | undefined;
  dry_run?: boolean | undefined;
}
