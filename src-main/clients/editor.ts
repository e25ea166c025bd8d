/** An entry of ours as the client reads it. */
export type Entry = Readonly<Record<string, unknown>>;

/** Reads and changes our entry in the text of one kind of configuration file, and nothing else in it. */
export interface Editor {
  /** What our entry says about the connection; undefined if there is none. @throws TextFault */
  read(text: string): Entry | undefined;
  /** The text with our entry saying `entry`; settings that the user has added to it stay. @throws TextFault */
  set(text: string, entry: Entry): string;
  /** The text without our entry. @throws TextFault */
  remove(text: string): string;
}

/** A text that is not what the client expects, or in a form that we do not edit. The message completes "it …". */
export class TextFault extends Error {
  override readonly name = 'TextFault';
  /** From 1, where it can be told. */
  readonly line: number | undefined;

  constructor(reason: string, line?: number) {
    super(reason);
    this.line = line;
  }
}

/** The end of the line that a text uses. */
export function lineEnd(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
