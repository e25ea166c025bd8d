import { row } from '../../scripts/markdown.ts';
import type { Machine } from '../bench/machine.ts';
import type { Verdict } from './trial.ts';

/** A run as programs read it. */
export interface Report {
  machine: Machine;
  seed: number;
  long: boolean;
  verdicts: Verdict[];
}

/** One line for people. */
export function verdictLine({ name, outcome, seconds, lacks, acknowledged, violations }: Verdict): string {
  const facts =
    outcome === 'skipped'
      ? `skipped: ${lacks ?? ''}`
      : `${outcome}, ${acknowledged} acknowledged, ${seconds} s`;
  return [`${name.padEnd(14)} ${facts}`, ...violations.map((sentence) => `  - ${sentence}`)].join('\n');
}

/** The whole run as Markdown. */
export function toMarkdown({ machine, seed, long, verdicts }: Report): string {
  const { system, processor, cores, memoryGb, node, sqlite } = machine;
  const columns = ['fault', 'result', 'acknowledged', 'refused', 'without an answer', 'besides', 'took'];
  return [
    `${system}, ${processor}, ${cores} cores, ${memoryGb} GB, Node ${node}, SQLite ${sqlite}; seed ${seed}, ${long ? 'the long run (`--long`)' : 'the usual run'}.`,
    [row(columns), row(columns.map(() => '---')), ...verdicts.map(verdictRow)].join('\n'),
    ...verdicts.filter(({ violations }) => violations.length > 0).map(brokenText),
  ].join('\n\n');
}

function verdictRow(verdict: Verdict): string {
  const { title, outcome, lacks, acknowledged, refusals, unanswered, figures, seconds } = verdict;
  if (outcome === 'skipped') return row([title, `skipped: ${lacks ?? ''}`, '', '', '', '', '']);
  const refused = Object.entries(refusals).map(([code, count]) => `\`${code}\` ${count}`);
  const besides = Object.entries(figures).map(([what, value]) => `${what}: ${value}`);
  return row([
    title,
    outcome === 'held' ? 'held' : '**broken**',
    String(acknowledged),
    refused.join(', ') || '0',
    String(unanswered),
    besides.join('; '),
    `${seconds} s`,
  ]);
}

function brokenText({ title, violations }: Verdict): string {
  return [`**${title}**`, '', ...violations.map((sentence) => `- ${sentence}`)].join('\n');
}
