import { createInterface } from 'node:readline/promises';
import { CommandFailure } from './failure.ts';

/**
 * Asks whether to go on, on standard error. Nobody to ask is no consent, and neither is an input that ends.
 * @param signal ends the question, with its reason
 * @throws CommandFailure `configuration` when nobody is there to ask
 */
export async function confirm(question: string, signal?: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CommandFailure(
      'configuration',
      'nothing was changed: say --yes to do this without being asked',
    );
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  // While it reads a line, the terminal reports Ctrl-C here instead of as a signal.
  asking.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const ended = new Promise<string>((resolve) => asking.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([asking.question(`${question} [y/N] `, { signal }), ended]);
    return /^y(?:es)?$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}
