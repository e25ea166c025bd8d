import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { positiveNumber, someOf } from '../support/option-values.ts';
import { checkedScenarios } from './check.ts';

export interface Options {
  only: string[];
  rounds: number;
  seconds: number;
  quick: boolean;
  gate: boolean;
  check: boolean;
  against?: string;
  json?: string;
  markdown?: string;
  program: string;
  scratch: string;
}

/** The command line of the benchmark. @param scenarios the names that `--only` knows */
export function readOptions(argv: readonly string[], scenarios: readonly string[]): Options {
  const command = new Command('npm run bench --')
    .option('--only <scenarios>', `some of ${scenarios.join(',')}`, someOf(scenarios), [...scenarios])
    .option('--rounds <number>', 'rounds of each measurement (default: 5, quick: 2)', positiveNumber)
    .option('--seconds <number>', 'length of a slice (default: 1, quick: 0.5)', positiveNumber)
    .option('--quick', 'few short rounds: a look in passing', false)
    .option('--gate', 'end with exit code 1 if a ratio is missed', false)
    .option(
      '--check',
      'a short run of ratios, compared with those recorded in test/bench/recorded.json',
      false,
    )
    .option('--against <url>', 'the same load on a server that runs already, such as http://127.0.0.1:8765')
    .option('--json <file>', 'write every round, for programs')
    .option('--markdown <file>', 'write the page docs/performance.md')
    .option('--program <file>', 'the built program', builtProgram)
    .option('--scratch <directory>', 'where the databases go: the disk that is measured', tmpdir());
  command.parse(argv, { from: 'user' });
  const given = command.opts<Partial<Options>>();
  const { quick, check } = given;
  if (check)
    return { rounds: 3, seconds: 0.5, ...given, quick: true, only: [...checkedScenarios] } as Options;
  return { rounds: quick ? 2 : 5, seconds: quick ? 0.5 : 1, ...given } as Options;
}

const builtProgram = fileURLToPath(new URL('../../dist/main/cli.js', import.meta.url));
