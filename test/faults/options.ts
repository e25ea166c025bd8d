import { tmpdir } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';

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
  const names = (text: string) => {
    const unknown = text.split(',').find((name) => !scenarios.includes(name));
    if (unknown !== undefined)
      throw new InvalidArgumentError(`It must name some of: ${scenarios.join(', ')}.`);
    return text.split(',');
  };
  const command = new Command('npm run faults --')
    .option('--only <scenarios>', `some of ${scenarios.join(',')}`, names, [...scenarios])
    .option('--seed <number>', 'what chance draws; the seed of a run is printed', wholeNumber)
    .option('--long', 'many more cycles of everything', false)
    .option('--json <file>', 'write what was found, for programs')
    .option('--markdown <file>', 'write what is tried and the figures into the page docs/reliability.md')
    .option('--scratch <directory>', 'where databases go: the disk that is tried', tmpdir());
  command.parse(argv, { from: 'user' });
  return { seed: Date.now() % 1_000_000, ...command.opts<Omit<Options, 'seed'> & { seed?: number }>() };
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('It must be a whole number.');
  return value;
}
