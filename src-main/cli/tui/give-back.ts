import { writeSync } from 'node:fs';

/** Ends what a full screen has switched on: synchronised output, bracketed paste, styles, the other screen, a hidden cursor. */
const restore = '\u001b[?2026l\u001b[?2004l\u001b[0m\u001b[?1049l\u001b[?25h';

/**
 * Gives the terminal back as it was, also when the process ends by itself or by an error that nobody has caught: before
 * that error is printed, so that it can be read.
 * @returns what gives it back now
 */
export function terminalKept(): () => void {
  let given = false;
  const giveBack = () => {
    if (given) return;
    given = true;
    process.off('exit', giveBack);
    process.off('uncaughtExceptionMonitor', giveBack);
    if (process.stdin.isTTY) process.stdin.setRawMode(false);
    // Nothing that is written later would still get through.
    writeOrIgnore(restore);
  };
  process.on('exit', giveBack);
  process.on('uncaughtExceptionMonitor', giveBack);
  return giveBack;
}

function writeOrIgnore(text: string): void {
  try {
    writeSync(process.stdout.fd, text);
  } catch {
    // The terminal itself is gone, as when a connection is cut.
  }
}
