import { styleText } from 'node:util';
import wrapAnsi from 'wrap-ansi';
import { visibleParts, visibleTextParts, type TextPart } from '../../../src-shared/visible-text.ts';
import { jsonLine } from './json-line.ts';

export interface ScreenOptions {
  /** JSON Lines also on a terminal. */
  json?: boolean | undefined;
  /** Times in UTC instead of the zone of this machine. */
  utc?: boolean | undefined;
}

type Style = Parameters<typeof styleText>[0];

/** Columns of a terminal that does not say how many it has. */
const usualWidth = 80;

const indent = '  ';

/**
 * Standard output: a terminal with a person before it, or JSON Lines for a program. What others have written reaches a
 * terminal only through `name` and `text`, so that it can neither steer it nor hide anything.
 */
export class Screen {
  /** Nobody reads this but a program: one JSON object per line. */
  readonly json: boolean;
  readonly #utc: boolean;
  readonly #output: NodeJS.WriteStream;

  constructor({ json = false, utc = false }: ScreenOptions = {}, output = process.stdout) {
    this.json = json || !output.isTTY;
    this.#utc = utc;
    this.#output = output;
  }

  /** Columns. */
  get width(): number {
    return this.#output.columns || usualWidth;
  }

  /** One JSON object on a line. */
  record(value: object): void {
    this.print(jsonLine(value));
  }

  print(text: string): void {
    this.#output.write(`${text}\n`);
  }

  /** In colour where the terminal has any and `NO_COLOR` does not forbid it. */
  style(style: Style, text: string): string {
    return text === '' ? '' : styleText(style, text, { stream: this.#output });
  }

  /** A name that somebody else chose, on one line. */
  name(name: string): string {
    return this.#shown(visibleParts(name));
  }

  /** A text that somebody else wrote, with its lines. */
  text(text: string): string {
    return this.#shown(visibleTextParts(text));
  }

  /**
   * A text that somebody else wrote, indented and broken into lines that fit, so that none of them looks like one of ours.
   */
  paragraph(text: string): string {
    const lines = this.text(text).replaceAll('\t', '    ');
    return wrapAnsi(lines, Math.max(this.width - indent.length, 1), { hard: true, trim: false }).replace(
      /^/gm,
      indent,
    );
  }

  /** A timestamp of the wire, to the second. */
  time(timestamp: string): string {
    const date = new Date(timestamp);
    // Other programs can write to the file as well.
    if (Number.isNaN(date.getTime())) return this.name(timestamp);
    if (this.#utc) return `${date.toISOString().slice(0, 19).replace('T', ' ')}Z`;
    const two = (number: number) => String(number).padStart(2, '0');
    const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
    return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
  }

  #shown(parts: TextPart[]): string {
    return parts.map(({ text, hidden }) => (hidden ? this.style('inverse', `<${text}>`) : text)).join('');
  }
}
