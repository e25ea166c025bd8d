/** What a line reader hands over: the text of a line, or that one was too long to be kept. */
export interface LineListener {
  line(text: string): void;
  tooLong(): void;
}

/** Cuts a stream of bytes into lines, keeping at most `maxBytes` of one that has not ended. */
export class LineReader {
  readonly #maxBytes: number;
  readonly #listener: LineListener;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Inside a line that was too long. */
  #skipping = false;

  constructor(maxBytes: number, listener: LineListener) {
    this.#maxBytes = maxBytes;
    this.#listener = listener;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      this.#keep(chunk.subarray(start, end));
      this.#finish();
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
  }

  /** The stream has ended, perhaps without a last line feed. */
  end(): void {
    if (this.#bytes > 0) this.#finish();
  }

  #keep(part: Buffer): void {
    if (this.#skipping || part.length === 0) return;
    this.#bytes += part.length;
    if (this.#bytes > this.#maxBytes) {
      this.#skipping = true;
      this.#chunks = [];
      this.#listener.tooLong();
    } else {
      this.#chunks.push(part);
    }
  }

  #finish(): void {
    const text = this.#skipping ? '' : Buffer.concat(this.#chunks).toString();
    this.#skipping = false;
    this.#chunks = [];
    this.#bytes = 0;
    if (text.trim() !== '') this.#listener.line(text);
  }
}
