import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { toError } from '../../src-shared/bridge-error.ts';
import { Model } from './model.ts';
import { Random } from './parts/random.ts';
import type { Figures, Scenario, Size } from './scenario.ts';

/** What became of one scenario. */
export interface Verdict {
  name: string;
  title: string;
  method: string;
  outcome: 'held' | 'broken' | 'skipped';
  /** Why it was skipped. */
  lacks?: string;
  seed: number;
  seconds: number;
  acknowledged: number;
  /** How often each code was the answer. */
  refusals: Record<string, number>;
  /** Sends and other requests without an answer. */
  unanswered: number;
  figures: Figures;
  /** Sentences about promises that were broken, and about a relay that did not recover. */
  violations: string[];
}

export interface TrialOptions {
  seed: number;
  size: Size;
  /** Where scratch directories go. */
  scratch: string;
  /** No scenario may take longer: one that hangs is broken. */
  limitMs: number;
}

/** Runs one scenario with a model and a directory of its own. */
export async function runScenario(
  { name, title, method, lacks, run }: Scenario,
  { seed, size, scratch, limitMs }: TrialOptions,
): Promise<Verdict> {
  const model = new Model();
  const started = performance.now();
  const missing = lacks?.();
  let figures: Figures = {};
  if (missing === undefined) {
    const folder = mkdtempSync(join(scratch, `claude-bridge-${name}-`));
    try {
      const random = new Random(seed).fork(name);
      const trial = run({ random, model, folder, sized: (choices) => choices[size] });
      figures = await within(limitMs, trial);
    } catch (error) {
      model.violated(toError(error).message);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return {
    ...{ name, title, method, seed, figures },
    outcome: missing !== undefined ? 'skipped' : model.broken > 0 ? 'broken' : 'held',
    ...(missing === undefined ? {} : { lacks: missing }),
    seconds: Math.round((performance.now() - started) / 100) / 10,
    acknowledged: model.acknowledged,
    refusals: Object.fromEntries(model.refusals),
    unanswered: model.unanswered,
    violations: model.violations,
  };
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it was not done within ${limitMs / 1000} s`)), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
