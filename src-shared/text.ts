/**
 * The characters that the original strips: Python's Unicode whitespace, which includes U+001C–1F and U+0085 but,
 * unlike JavaScript's `trim`, not U+FEFF (wire specification 11.3, point 8).
 */
const whitespace = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const leading = new RegExp(`^[${whitespace}]+`);
const surrounding = new RegExp(`^[${whitespace}]|[${whitespace}]$`);
const spaces = new RegExp(`[${whitespace}]`);

/** `text` without surrounding whitespace as the original understands it. Linear in the length of `text`. */
export function strip(text: string): string {
  let end = text.length;
  while (end > 0 && spaces.test(text.charAt(end - 1))) end--;
  return text.slice(0, end).replace(leading, '');
}

export function hasSurroundingWhitespace(text: string): boolean {
  return surrounding.test(text);
}

/** Length in Unicode code points, the unit of every name limit. */
export function codePoints(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    if (isHighSurrogate(text.charCodeAt(i)) && isLowSurrogate(text.charCodeAt(i + 1))) count--;
  }
  return count;
}

/** The first `limit` code points of `text` and an ellipsis, or `text` itself if it is no longer than that. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let end = 0;
  for (let taken = 0; taken < limit && end < text.length; taken++) {
    end += isHighSurrogate(text.charCodeAt(end)) && isLowSurrogate(text.charCodeAt(end + 1)) ? 2 : 1;
  }
  return end < text.length ? `${text.slice(0, end)}…` : text;
}

const encoder = new TextEncoder();
const scratch = new Uint8Array(4096);

/** Length of `text` in UTF-8 bytes, the unit of every size limit. */
export function utf8Bytes(text: string): number {
  // A UTF-16 unit is at most three bytes; short texts are measured without allocating.
  if (text.length * 3 <= scratch.length) return encoder.encodeInto(text, scratch).written;
  return encoder.encode(text).length;
}

/** Whether `text` takes more than `limit` bytes of UTF-8; most texts need not be encoded to know. */
export function exceedsBytes(text: string, limit: number): boolean {
  if (text.length > limit) return true;
  return text.length * 3 > limit && utf8Bytes(text) > limit;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** `text` on one line: a blank in place of line ends and of what is empty around them. */
export function onOneLine(text: string): string {
  // A match begins only where a stretch of blanks does, else each blank of a long one would be tried.
  return text.replace(/(?<!\s)\s*[\r\n]\s*/g, ' ');
}

/** What an error says, without advice for a command line. */
export function withoutFlags(sentence: string): string {
  return sentence.replace(/ \([^()]*--[^()]*\)$/, '');
}
