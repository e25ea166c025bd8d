import type { Load } from './load/load.ts';
import type { RoundOptions } from './rounds.ts';

/** What a scenario works with. */
export interface Bench extends RoundOptions {
  /** The built program. */
  program: string;
  /** A scratch directory. */
  folder: string;
  load: Load;
  /** Fewer levels and spawns, for a look in passing. */
  quick: boolean;
}

/** One thing that is measured. */
export interface Scenario {
  /** The word for `--only`. */
  name: string;
  run: (bench: Bench) => Promise<Findings>;
}

/** What a scenario found. */
export interface Findings {
  title: string;
  /** What was measured and how, in a few sentences. */
  method: string;
  tables: Table[];
  aims: Aim[];
  /** Every round of every contender, for programs. */
  samples: Record<string, unknown>;
}

export interface Table {
  columns: string[];
  rows: string[][];
}

/** Something that was aimed at, and what was measured. */
export interface Aim {
  what: string;
  measured: number;
  /** At least or at most this. */
  bound: 'at least' | 'at most';
  goal: number;
  unit: string;
  /** A ratio within one run says something on any machine, and may fail the run; an absolute figure is only reported. */
  kind: 'ratio' | 'absolute';
  /** It is a promise and not a speed: no margin is left to it. */
  promise?: true;
}

export function isMet({ measured, bound, goal }: Aim): boolean {
  return bound === 'at least' ? measured >= goal : measured <= goal;
}
