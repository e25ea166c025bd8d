import { randomInt } from 'node:crypto';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { wholeNumber } from '../support/option-values.ts';

export interface Options {
  seed: number;
  requests: number;
  /** Of each property. */
  runs: number;
  minutes: number;
  json?: string;
  markdown?: string;
  program: string;
  scratch: string;
}

const builtProgram = fileURLToPath(new URL('../../dist/main/cli.js', import.meta.url));

/** The command line of the fuzzer. */
export function readOptions(argv: readonly string[]): Options {
  const command = new Command('npm run fuzz --')
    .option('--seed <number>', 'where chance begins; a failure says which one shows it again', wholeNumber)
    .option(
      '--requests <number>',
      'requests and messages to send (default: 100000, quick: 5000)',
      wholeNumber,
    )
    .option('--runs <number>', 'runs of each property (default: 5000, quick: 300)', wholeNumber)
    .option('--minutes <number>', 'stop sending after this time', wholeNumber, 60)
    .option('--quick', 'a look in passing', false)
    .option('--json <file>', 'write the run, for programs')
    .option('--markdown <file>', 'write the figures of the run into a page, such as docs/abuse.md')
    .option('--program <file>', 'the built program', builtProgram)
    .option('--scratch <directory>', 'where its database goes', tmpdir());
  command.parse(argv, { from: 'user' });
  const { quick, ...given } = command.opts<Partial<Options> & { quick: boolean }>();
  const usual = quick ? { requests: 5_000, runs: 300 } : { requests: 100_000, runs: 5_000 };
  return { seed: randomInt(2 ** 31), ...usual, ...given } as Options;
}
