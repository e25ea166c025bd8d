import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Load } from './load/load.ts';
import { describeMachine } from './machine.ts';
import { readOptions } from './options.ts';
import { performancePage } from './page.ts';
import { findingsText, missedRatios, type Report } from './report.ts';
import type { Scenario } from './scenario.ts';
import { events } from './scenarios/events.ts';
import { growth } from './scenarios/growth.ts';
import { mcp } from './scenarios/mcp.ts';
import { removal } from './scenarios/removal.ts';
import { send } from './scenarios/send.ts';
import { start } from './scenarios/start.ts';
import { upkeep } from './scenarios/upkeep.ts';

/** The benchmark: `npm run bench -- --help`. */
const scenarios: readonly Scenario[] = [send, mcp, events, start, upkeep, growth, removal];

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
for (const { name, run } of scenarios) {
  if (!options.only.includes(name)) continue;
  console.error(`measuring: ${name}`);
  const findings = await run({ program, folder, load, quick, rounds, slice });
  report.scenarios[name] = findings;
  console.log(`${findingsText(findings)}\n`);
}

if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
if (options.markdown !== undefined) writeFileSync(options.markdown, performancePage(report));
if (options.gate && missedRatios(report).length > 0) process.exitCode = 1;
