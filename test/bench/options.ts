import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';

export interface Options {
  only: string[];
  rounds: number;
  seconds: number;
  quick: boolean;
  gate: boolean;
  json?: string;
  markdown?: string;
  program: string;
  scratch: string;
}

/** The command line of the benchmark. @param scenarios the names that `--only` knows */
export function readOptions(argv: readonly string[], scenarios: readonly string[]): Options {
  const names = (text: string) => {
    const unknown = text.split(',').find((name) => !scenarios.includes(name));
    if (unknown !== undefined)
      throw new InvalidArgumentError(`It must name some of: ${scenarios.join(', ')}.`);
    return text.split(',');
  };
  const command = new Command('npm run bench --')
    .option('--only <scenarios>', `some of ${scenarios.join(',')}`, names, [...scenarios])
    .option('--rounds <number>', 'rounds of each measurement (default: 7, quick: 2)', positive)
    .option('--seconds <number>', 'length of a slice (default: 1.5, quick: 0.5)', positive)
    .option('--quick', 'few short rounds: a look in passing', false)
    .option('--gate', 'end with exit code 1 if a ratio is missed', false)
    .option('--json <file>', 'write every round, for programs')
    .option('--markdown <file>', 'write the page docs/performance.md')
    .option('--program <file>', 'the built program', builtProgram)
    .option('--scratch <directory>', 'where the databases go: the disk that is measured', tmpdir());
  command.parse(argv, { from: 'user' });
  const given = command.opts<Partial<Options>>();
  const { quick } = given;
  return { rounds: quick ? 2 : 7, seconds: quick ? 0.5 : 1.5, ...given } as Options;
}

const builtProgram = fileURLToPath(new URL('../../dist/main/cli.js', import.meta.url));

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}
