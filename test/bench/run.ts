import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Load } from './load/load.ts';
import { compareWithRecorded, comparisonText, readRecorded } from './check.ts';
import { describeMachine } from './machine.ts';
import { readOptions } from './options.ts';
import { performancePage } from './page.ts';
import { findingsText, missedRatios, type Report } from './report.ts';
import type { Bench, Scenario } from './scenario.ts';
import { measureAgainst } from './scenarios/against.ts';
import { events } from './scenarios/events.ts';
import { growth } from './scenarios/growth.ts';
import { idle } from './scenarios/idle.ts';
import { mcp } from './scenarios/mcp.ts';
import { mixed } from './scenarios/mixed.ts';
import { processes } from './scenarios/processes.ts';
import { receive } from './scenarios/receive.ts';
import { removal } from './scenarios/removal.ts';
import { send } from './scenarios/send.ts';
import { size } from './scenarios/size.ts';
import { start } from './scenarios/start.ts';
import { transports } from './scenarios/transports.ts';
import { upkeep } from './scenarios/upkeep.ts';
import { wait } from './scenarios/wait.ts';

/** The benchmark: `npm run bench -- --help`. */
const scenarios: readonly Scenario[] = [
  ...[send, receive, wait, mcp, transports, events, mixed],
  ...[processes, start, idle, size, upkeep, growth, removal],
];

const options = readOptions(
  process.argv.slice(2),
  scenarios.map(({ name }) => name),
);
const { rounds, seconds, quick, program } = options;
const folder = mkdtempSync(join(options.scratch, 'claude-bridge-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const report: Report = { machine: describeMachine(folder), rounds, seconds, scenarios: {} };
await using load = new Load();
const slice = { warmupMs: 150, ms: seconds * 1000 };
const bench: Bench = { program, folder, load, quick, rounds, slice };
const { against } = options;
const chosen: readonly Scenario[] =
  against === undefined
    ? scenarios.filter(({ name }) => options.only.includes(name))
    : [{ name: 'against', run: () => measureAgainst(bench, against) }];
for (const { name, run } of chosen) {
  console.error(`measuring: ${name}`);
  const findings = await run(bench);
  report.scenarios[name] = findings;
  console.log(`${findingsText(findings)}\n`);
}

if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
if (options.markdown !== undefined) writeFileSync(options.markdown, performancePage(report));
if (options.gate && missedRatios(report).length > 0) process.exitCode = 1;
if (options.check) {
  const comparisons = compareWithRecorded(report, readRecorded());
  console.log(comparisonText(comparisons));
  if (comparisons.some(({ regressed }) => regressed)) process.exitCode = 1;
}
