import type { Machine } from './machine.ts';
import { type Aim, type Findings, isMet, type Table } from './scenario.ts';

/** A run as programs read it. */
export interface Report {
  machine: Machine;
  rounds: number;
  /** Of one slice, without its warm-up. */
  seconds: number;
  /** By the name of the scenario. */
  scenarios: Record<string, Findings>;
}

/** Ratios that were missed: these may fail a run. */
export function missedRatios({ scenarios }: Report): Aim[] {
  return Object.values(scenarios)
    .flatMap(({ aims }) => aims)
    .filter((aim) => aim.kind === 'ratio' && !isMet(aim));
}

/** The whole run as Markdown. */
export function toMarkdown(report: Report): string {
  const { machine, rounds, seconds, scenarios } = report;
  return [
    machineText(machine),
    `${rounds} rounds of slices of ${seconds} s.`,
    ...Object.values(scenarios).map(findingsText),
  ].join('\n\n');
}

export function findingsText({ title, method, tables, aims }: Findings): string {
  return [`## ${title}`, method, ...tables.map(tableText), aims.map(aimText).join('\n')].join('\n\n');
}

function machineText(machine: Machine): string {
  const { system, processor, cores, memoryGb, node, sqlite, diskSync, scratchInMemory, loadBefore } = machine;
  const disk = scratchInMemory
    ? 'the scratch directory lies in memory, so that these figures say nothing about a disk'
    : `forcing 4 KB to disk takes ${diskSync.p50.toFixed(2)} ms (p50), ${diskSync.p99.toFixed(2)} ms (p99)`;
  return `${system}, ${processor}, ${cores} cores, ${memoryGb} GB, Node ${node}, SQLite ${sqlite}; ${disk}; load before the run ${loadBefore.toFixed(1)}.`;
}

function tableText({ columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}

function aimText(aim: Aim): string {
  const { what, measured, bound, goal, unit, kind } = aim;
  const figure = (value: number) => `${Number(value.toPrecision(3))}${unit === '' ? '' : ` ${unit}`}`;
  const scope = kind === 'ratio' ? '' : ' on this machine';
  return `- ${what}: **${figure(measured)}**, aim ${bound} ${figure(goal)}: ${isMet(aim) ? 'met' : 'missed'}${scope}`;
}
