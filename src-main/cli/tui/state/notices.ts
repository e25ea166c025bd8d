export interface Notice {
  sentence: string;
  tone: 'plain' | 'good' | 'bad';
}

const shownMs = { plain: 4_000, good: 6_000, bad: 12_000 } as const;

/** The last thing that was to be said; it goes by itself. */
export class Notices {
  current: Notice | undefined;
  readonly #changed: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  say(sentence: string, tone: Notice['tone'] = 'plain'): void {
    this.current = { sentence, tone };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.current = undefined;
      this.#changed();
    }, shownMs[tone]);
    this.#changed();
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
