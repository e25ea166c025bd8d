import { reportFailure } from './failure.ts';
import { surviveClosedOutput } from './output.ts';
import { runProgram } from './program.ts';

/** The command line: runs it and returns the exit code. Never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  surviveClosedOutput();
  try {
    return await runProgram(argv);
  } catch (error) {
    return reportFailure(error);
  }
}
