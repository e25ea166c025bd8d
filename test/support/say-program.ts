import { relative } from 'node:path';
import { chooseProgramEntry } from './program-entry.ts';

/** Said once, before the first test (`globalSetup` of vitest.config.ts). */
export function setup(): void {
  console.log(`Tests of the program run ${relative(process.cwd(), chooseProgramEntry())}`);
}
