/** An answer read from a connection. */
export interface HttpAnswer {
  status: number;
  /** Head and body as they came, one character for each byte; the framing of chunks is still in it. */
  text: string;
}

/**
 * Puts the answers of one connection together. There is never more than one request under way, so whatever arrives
 * belongs to the same answer.
 */
export class AnswerReader {
  #text = '';

  /** Takes what arrived. Returns the answer once it is complete. */
  feed(text: string): HttpAnswer | undefined {
    this.#text = this.#text === '' ? text : this.#text + text;
    const end = answerEnd(this.#text);
    if (end === undefined || this.#text.length < end) return undefined;
    const answer = { status: Number(this.#text.slice(9, 12)), text: this.#text };
    this.#text = '';
    return answer;
  }
}

/** Where the answer in `text` ends, or undefined if that cannot be told yet. */
function answerEnd(text: string): number | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const bodyStart = headEnd + 4;
  const length = contentLength(text, headEnd);
  if (length !== undefined) return bodyStart + length;
  if (/\r\ntransfer-encoding: *chunked/i.test(text.slice(0, headEnd))) return lastChunkEnd(text, bodyStart);
  // 202 and 204 may come without either: they have no body.
  return bodyStart;
}

/** Looked for as most servers spell it first: this runs for every answer. */
function contentLength(text: string, headEnd: number): number | undefined {
  const at = text.indexOf('\r\nContent-Length: ');
  if (at >= 0 && at < headEnd) return parseInt(text.slice(at + 18, at + 28), 10);
  const match = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, headEnd));
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

function lastChunkEnd(text: string, bodyStart: number): number | undefined {
  let at = bodyStart;
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = parseInt(text.slice(at, lineEnd), 16);
    at = lineEnd + 2 + size + 2;
    if (size === 0) return at;
    if (Number.isNaN(size)) throw new Error(`a chunk without a size: ${JSON.stringify(text.slice(at, 40))}`);
  }
}
