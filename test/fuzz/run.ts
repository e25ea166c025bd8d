import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { toError } from '../../src-shared/bridge-error.ts';
import { fuzz } from './fuzz.ts';
import { readOptions } from './options.ts';
import { parsers } from './parsers.ts';
import { properties } from './properties.ts';
import { findEndlessParser } from './pumped.ts';
import { failureText, figures, hasFailed, toReport, withFigures, type Report } from './report.ts';

/** Junk for everything that takes some: `npm run fuzz -- --help`. */
const { seed, requests, runs, minutes, json, markdown, program, scratch } = readOptions(
  process.argv.slice(2),
);
const folder = mkdtempSync(join(scratch, 'claude-bridge-fuzz-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

console.error(`seed: ${seed}`);
const failed: Report['properties']['failed'] = [];
for (const { name, check } of properties) {
  try {
    check({ seed, numRuns: runs });
  } catch (error) {
    failed.push({ name, says: toError(error).message });
  }
}
console.error(`properties: ${properties.length}, failed: ${failed.length}`);
const endless = await findEndlessParser();
let shown = 0;
const run = await fuzz({
  seed,
  requests,
  minutes,
  program,
  folder,
  onProgress: ({ requests: sent, failures }) => {
    console.error(`sent: ${sent}, kinds of failure: ${failures.length}`);
    // A run takes a quarter of an hour; what it has found need not wait for its end.
    for (const failure of failures.slice(shown)) console.error(failureText(failure));
    shown = failures.length;
  },
});

const report = toReport(
  {
    machine: `${process.platform} ${process.arch}, ${cpus().length} cores, Node ${process.versions.node}`,
    seed,
    properties: { number: properties.length, runs, failed },
    longTexts: { parsers: Object.keys(parsers).length, endless },
  },
  run,
);
console.log(figures(report));
for (const { name, says } of failed) console.log(`\n${name}:\n${says}`);
for (const failure of report.failures) console.log(`\n${failureText(failure)}`);
if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
if (markdown !== undefined) writeFileSync(markdown, withFigures(readFileSync(markdown, 'utf8'), report));
if (hasFailed(report)) process.exitCode = 1;
