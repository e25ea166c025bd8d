import type { Outcome } from '../exit-codes.ts';

/** What one look has shown. */
export interface Finding {
  /** What was looked at, in one or two words. */
  subject: string;
  result: 'ok' | 'warning' | 'problem' | 'skipped';
  /** What was seen and what it means. */
  says: string;
  /** What to do about it. */
  next?: string;
  /** How the command ends because of this problem. */
  outcome?: Outcome;
}

export function ok(subject: string, says: string): Finding {
  return { subject, result: 'ok', says };
}

/** It works, but not for long, not for everybody, or not as safely as it could. */
export function warning(subject: string, says: string, next: string): Finding {
  return { subject, result: 'warning', says, next };
}

export function problem(subject: string, outcome: Outcome, says: string, next: string): Finding {
  return { subject, result: 'problem', outcome, says, next };
}

/** It could not be looked at, or there is nothing to look at. */
export function skipped(subject: string, says: string): Finding {
  return { subject, result: 'skipped', says };
}
