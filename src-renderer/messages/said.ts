/** A stretch of what somebody said: words, code, or an address on the web. */
export interface SaidPart {
  kind: 'words' | 'code' | 'block' | 'link';
  text: string;
}

/** A fenced block, code between backticks on one line, or an address. Nothing else of a text means anything. */
const marks = /```[^\n`]*\n(?<block>[^]*?)\n?```|`(?<code>[^`\n]+)`|(?<link>\bhttps?:\/\/[^\s<>"'`]+)/gi;

/** `text` in parts. It stays text: a part is shown, never interpreted. */
export function saidParts(text: string): SaidPart[] {
  const parts: SaidPart[] = [];
  let end = 0;
  for (const match of text.matchAll(marks)) {
    const { block, code, link } = match.groups ?? {};
    const taken = link === undefined ? match[0].length : addressLength(link);
    add(parts, 'words', text.slice(end, match.index));
    if (block !== undefined) add(parts, 'block', block);
    else if (code !== undefined) add(parts, 'code', code);
    else add(parts, 'link', match[0].slice(0, taken));
    end = match.index + taken;
  }
  add(parts, 'words', text.slice(end));
  return parts;
}

/** How much of what looks like an address is one: what ends a sentence ends no address. */
function addressLength(text: string): number {
  let length = text.length;
  while (length > 0 && '.,;:!?)]}'.includes(text.charAt(length - 1))) length--;
  return length;
}

function add(parts: SaidPart[], kind: SaidPart['kind'], text: string): void {
  if (text !== '') parts.push({ kind, text });
}

/** A text that is too long to be shown whole at first. */
export interface Folded {
  /** Its beginning. */
  shown: string;
  /** What a button says that brings the rest; undefined if nothing is left out. */
  more: string | undefined;
}

const maxLines = 12;
const maxLength = 1_200;

/** The beginning of `text`, at most twelve lines, and how much there is besides. */
export function folded(text: string): Folded {
  const lines = text.split('\n', maxLines + 1);
  const head = lines.slice(0, maxLines).join('\n');
  if (head.length <= maxLength) {
    if (lines.length <= maxLines) return { shown: text, more: undefined };
    const left = countLines(text) - maxLines;
    return { shown: head, more: `Show ${left} more ${left === 1 ? 'line' : 'lines'}` };
  }
  return { shown: wholeCharacters(head.slice(0, maxLength)), more: `Show all ${size(text.length)}` };
}

function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

function size(length: number): string {
  return length < 10_000 ? `${length} characters` : `${Math.round(length / 1_000)},000 characters`;
}

/** Without half a surrogate pair at the end. */
function wholeCharacters(text: string): string {
  return text.isWellFormed() ? text : text.slice(0, -1);
}
