import type { Model } from './model.ts';
import type { Random } from './parts/random.ts';

/** How much of a scenario is run: a look (in `npm test`), the usual run, and the long one. */
export type Size = 'short' | 'usual' | 'long';

/** What a scenario works with. */
export interface Trial {
  random: Random;
  model: Model;
  /** A scratch directory of its own, on a disk. */
  folder: string;
  /** One of three figures, by the size of the run. */
  sized: <T>(figures: Record<Size, T>) => T;
}

export type Figures = Record<string, number | string>;

/** One kind of fault. */
export interface Scenario {
  /** The word for `--only`. */
  name: string;
  title: string;
  /** What is done to the relay and what has to hold, in a few sentences: they go into docs/reliability.md. */
  method: string;
  /** Why it cannot be run on this machine; undefined if it can. */
  lacks?: () => string | undefined;
  /** Throws if the relay does not recover. Broken promises are noted in the model. */
  run: (trial: Trial) => Promise<Figures>;
}
