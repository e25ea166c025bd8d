import { onOneLine } from '../../src-shared/text.ts';
import { visibleName } from '../../src-shared/visible-text.ts';

const goneAway = new AbortController();

/** Aborted when nobody reads standard output any more. */
export const outputGone = goneAway.signal;

/** Lines for people or programs, on standard output. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printWarnings(warnings: readonly string[]): void {
  for (const warning of warnings) process.stderr.write(`warning: ${harmless(warning)}\n`);
}

/** A line for people beside what is on standard output. */
export function printNote(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** One line on standard error, whatever the sentence holds. */
export function printError(sentence: string): void {
  process.stderr.write(`error: ${harmless(sentence)}\n`);
}

/** A sentence may repeat what somebody else has written, which must not steer the terminal. */
function harmless(sentence: string): string {
  return visibleName(onOneLine(sentence));
}

/** Keeps the process alive when whoever reads its output goes away, as `| head` does. */
export function surviveClosedOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    goneAway.abort(error);
    if (error.code === 'EPIPE') return;
    process.exitCode = 1;
    printError(`cannot write to standard output: ${error.message}`);
  });
  // There is no place left to complain about standard error.
  process.stderr.on('error', () => undefined);
}
