/** Controls that a pasted text may bring and nobody can have meant; a line feed and a tab are text. */
// eslint-disable-next-line no-control-regex -- they are what is taken out
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A text that is being typed, and where the cursor stands in it. */
export class LineEditor {
  #text = '';
  #cursor = 0;

  constructor(text = '') {
    this.set(text);
  }

  get text(): string {
    return this.#text;
  }

  set(text: string): void {
    this.#text = text.replaceAll(/\r\n?/g, '\n').replaceAll(controls, '');
    this.#cursor = this.#text.length;
  }

  get beforeCursor(): string {
    return this.#text.slice(0, this.#cursor);
  }

  get afterCursor(): string {
    return this.#text.slice(this.#cursor);
  }

  insert(text: string): void {
    const added = text.replaceAll(/\r\n?/g, '\n').replaceAll(controls, '').toWellFormed();
    this.#replace(this.beforeCursor + added, this.afterCursor);
  }

  /**
   * What a key does to the text.
   * @returns whether it means something here
   */
  press(key: string): boolean {
    switch (key) {
      case 'backspace':
      case 'ctrl+h':
        this.#replace(this.beforeCursor.slice(0, this.#before()), this.afterCursor);
        return true;
      case 'delete':
        this.#replace(this.beforeCursor, this.#text.slice(this.#after()));
        return true;
      case 'left':
      case 'ctrl+b':
        this.#cursor = this.#before();
        return true;
      case 'right':
        this.#cursor = this.#after();
        return true;
      case 'home':
      case 'ctrl+a':
        this.#cursor = 0;
        return true;
      case 'end':
      case 'ctrl+e':
        this.#cursor = this.#text.length;
        return true;
      case 'ctrl+w':
        this.#replace(this.beforeCursor.replace(/\S+\s*$/, ''), this.afterCursor);
        return true;
      case 'ctrl+u':
        this.#replace('', this.afterCursor);
        return true;
      case 'ctrl+k':
        this.#replace(this.beforeCursor, '');
        return true;
      default:
        return false;
    }
  }

  /** Where the character before the cursor begins. */
  #before(): number {
    return Array.from(graphemes.segment(this.beforeCursor)).at(-1)?.index ?? 0;
  }

  /** Where the character at the cursor ends. */
  #after(): number {
    const [first] = graphemes.segment(this.afterCursor);
    return this.#cursor + (first?.segment.length ?? 0);
  }

  #replace(before: string, after: string): void {
    this.#text = before + after;
    this.#cursor = before.length;
  }
}
