import { createInterface } from 'node:readline/promises';
import { CommandFailure } from '../failure.ts';

/**
 * Asks whether to go on. Nobody to ask is no consent.
 * @throws CommandFailure `configuration` when nobody is there to ask
 */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CommandFailure(
      'configuration',
      'nothing was changed: say --yes to do this without being asked',
    );
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await asking.question(`${question} [y/N] `)).trim());
  } finally {
    asking.close();
  }
}
