import { styleText } from 'node:util';
import { exitCode } from '../exit-codes.ts';
import { print } from '../output.ts';
import type { Finding } from './finding.ts';

/** Words stand beside the signs: colours and signs alone tell nothing to some. */
const signs = {
  ok: { sign: '✓', word: 'ok', colour: 'green' },
  warning: { sign: '!', word: 'warning', colour: 'yellow' },
  problem: { sign: '✗', word: 'problem', colour: 'red' },
  skipped: { sign: '·', word: 'skipped', colour: 'gray' },
} as const satisfies Record<Finding['result'], object>;

const subjectWidth = 16;
const wordWidth = 8;

/** Prints findings as they come, for people or as JSON Lines, and knows how the command ends. */
export class Report {
  readonly #json: boolean;
  readonly #findings: Finding[] = [];

  constructor({ json }: { json: boolean }) {
    this.#json = json;
  }

  add(finding: Finding): void {
    this.#findings.push(finding);
    print(this.#json ? JSON.stringify(finding) : lines(finding));
  }

  /** Says what all of it comes to. @returns the exit code: that of the first problem */
  finish(): number {
    const problems = this.#findings.filter(({ result }) => result === 'problem');
    const warnings = this.#findings.filter(({ result }) => result === 'warning');
    if (!this.#json) print(`\n${summary(problems.length, warnings.length)}`);
    return exitCode(problems[0] ? (problems[0].outcome ?? 'configuration') : 'fine');
  }
}

function lines({ subject, result, says, next }: Finding): string {
  const { sign, word, colour } = signs[result];
  const mark = styleText(colour, `${sign} ${word.padEnd(wordWidth)}`, { stream: process.stdout });
  const first = `${mark}${subject.padEnd(subjectWidth)}${says}`;
  const indent = ' '.repeat(2 + wordWidth + subjectWidth);
  return next === undefined ? first : `${first}\n${indent}→ ${next}`;
}

function summary(problems: number, warnings: number): string {
  if (problems > 0) return `${count(problems, 'problem')}, ${count(warnings, 'warning')}`;
  return warnings > 0 ? `no problem, ${count(warnings, 'warning')}` : 'everything works';
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
