import type { IncomingMessage } from 'node:http';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { markUnhurried, unmarkUnhurried } from './connections.ts';

/** A body that has not ended and of which nothing has come for so long is given up, in ms. */
const silenceMs = 60_000;

const lineFeed = 10;

/** A line with its number, from 1. Blank lines count, but are not handed out. */
export interface TextLine {
  number: number;
  /** @throws BridgeError `too_large`, `invalid_json` when it is not UTF-8 */
  text: () => string;
}

/**
 * The lines of a body of any size, in pieces as it arrives. The client is read no faster than they are taken.
 * @param maxBytes of one line
 * @throws BridgeError `request_timeout`; `invalid_request` when the body ends early
 */
export async function* jsonLines(request: IncomingMessage, maxBytes: number): AsyncGenerator<TextLine[]> {
  const cutter = new LineCutter(maxBytes);
  markUnhurried(request);
  try {
    for await (const chunk of patiently(request)) yield cutter.cut(chunk);
    yield cutter.end();
  } finally {
    unmarkUnhurried(request);
  }
}

/** The body as it comes. The connection stays when the caller stops in the middle: there is an answer to be sent. */
async function* patiently(request: IncomingMessage): AsyncGenerator<Buffer> {
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer, undefined>;
  let timer: NodeJS.Timeout | undefined;
  try {
    for (;;) {
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(tooSlow()), silenceMs);
      });
      const { done, value } = await Promise.race([chunks.next(), silence]).finally(() => clearTimeout(timer));
      if (done === true) return;
      yield value;
    }
  } catch (cause) {
    if (cause instanceof BridgeError) throw cause;
    throw new BridgeError('invalid_request', 'the request ended early', { cause });
  } finally {
    // Not awaited: while a chunk is awaited, it would wait for that.
    void chunks.return?.();
  }
}

function tooSlow(): BridgeError {
  return new BridgeError('request_timeout', `nothing has come for ${silenceMs / 1000} s`);
}

/** Cuts bytes into lines and keeps at most `maxBytes` of one that has not ended. */
class LineCutter {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;
  #number = 1;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  cut(chunk: Buffer): TextLine[] {
    const lines: TextLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      this.#keep(chunk.subarray(start, end));
      this.#finish(lines);
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  /** What is left: a last line without a line feed. */
  end(): TextLine[] {
    const lines: TextLine[] = [];
    this.#finish(lines);
    return lines;
  }

  #keep(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > this.#maxBytes) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  #finish(lines: TextLine[]): void {
    const number = this.#number++;
    const parts = this.#parts;
    const isTooLong = this.#bytes > this.#maxBytes;
    this.#parts = [];
    this.#bytes = 0;
    if (isTooLong) lines.push({ number, text: () => tooLong(this.#maxBytes) });
    else if (!isBlank(parts)) lines.push({ number, text: () => decode(Buffer.concat(parts)) });
  }
}

function isBlank(parts: readonly Buffer[]): boolean {
  return parts.every((part) => part.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09));
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new BridgeError('invalid_json', 'the line is not valid UTF-8', { cause });
  }
}

function tooLong(maxBytes: number): never {
  throw new BridgeError('too_large', `the line is too long: it exceeds ${maxBytes} bytes`);
}
