import { LineEditor } from './line-editor.ts';

/** A line that is asked for. */
export class Prompt {
  readonly label: string;
  readonly hint: string;
  readonly editor: LineEditor;
  /** Why the answer cannot be taken. */
  problem: string | undefined;
  readonly #changed: (text: string) => void;
  readonly #done: (text: string) => string | undefined;
  readonly #dropped: () => void;

  constructor(given: {
    label: string;
    hint: string;
    text?: string;
    /** Told at each change. */
    changed?: (text: string) => void;
    /** Takes the answer, or says why it cannot. */
    done: (text: string) => string | undefined;
    dropped?: () => void;
  }) {
    this.label = given.label;
    this.hint = given.hint;
    this.editor = new LineEditor(given.text);
    this.#changed = given.changed ?? (() => undefined);
    this.#done = given.done;
    this.#dropped = given.dropped ?? (() => undefined);
  }

  press(key: string): void {
    if (this.editor.press(key)) this.#changed(this.editor.text);
  }

  insert(text: string): void {
    this.editor.insert(text.replaceAll('\n', ' '));
    this.#changed(this.editor.text);
  }

  /** @returns whether the answer was taken */
  finish(): boolean {
    this.problem = this.#done(this.editor.text);
    return this.problem === undefined;
  }

  drop(): void {
    this.#dropped();
  }
}
