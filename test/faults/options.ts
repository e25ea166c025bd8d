import { tmpdir } from 'node:os';
import { Command } from 'commander';
import { someOf, wholeNumber } from '../support/option-values.ts';

export interface Options {
  only: string[];
  seed: number;
  long: boolean;
  json?: string;
  markdown?: string;
  scratch: string;
}

/** The command line of the fault trials. @param scenarios the names that `--only` knows */
export function readOptions(argv: readonly string[], scenarios: readonly string[]): Options {
  const command = new Command('npm run faults --')
    .option('--only <scenarios>', `some of ${scenarios.join(',')}`, someOf(scenarios), [...scenarios])
    .option('--seed <number>', 'what chance draws; the seed of a run is printed', wholeNumber)
    .option('--long', 'many more cycles of everything', false)
    .option('--json <file>', 'write what was found, for programs')
    .option('--markdown <file>', 'write what is tried and the figures into the page docs/reliability.md')
    .option('--scratch <directory>', 'where databases go: the disk that is tried', tmpdir());
  command.parse(argv, { from: 'user' });
  return { seed: Date.now() % 1_000_000, ...command.opts<Omit<Options, 'seed'> & { seed?: number }>() };
}
