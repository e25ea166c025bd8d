import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeMachine } from '../bench/machine.ts';
import { readOptions } from './options.ts';
import { writePage } from './page.ts';
import { type Report, verdictLine } from './report.ts';
import { scenarios } from './scenarios/index.ts';
import { runScenario } from './trial.ts';

/** The fault trials: `npm run faults -- --help`. */
const options = readOptions(
  process.argv.slice(2),
  scenarios.map(({ name }) => name),
);
const { seed, long } = options;
const scratch = mkdtempSync(join(options.scratch, 'claude-bridge-faults-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** A scenario that takes longer hangs. */
const limitMs = (long ? 20 : 4) * 60_000;

const report: Report = { machine: describeMachine(scratch), seed, long, verdicts: [] };
console.error(`seed ${seed}`);
for (const scenario of scenarios) {
  if (!options.only.includes(scenario.name)) continue;
  console.error(`trying: ${scenario.title}`);
  const verdict = await runScenario(scenario, { seed, size: long ? 'long' : 'usual', scratch, limitMs });
  report.verdicts.push(verdict);
  console.log(verdictLine(verdict));
}

if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
if (options.markdown !== undefined) await writePage(options.markdown, report, scenarios);
// What hangs may have left processes and timers behind.
process.exit(report.verdicts.some(({ outcome }) => outcome === 'broken') ? 1 : 0);
