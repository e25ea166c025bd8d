import type { Description } from '../../src-shared/messages/describe.ts';

/** A stretch of an excerpt, and whether it is what was searched for. */
export interface ExcerptPart {
  text: string;
  found: boolean;
}

/** Characters of a message that are looked through, and that are shown. */
const most = 20_000;
const shownLength = 240;

/** How many characters stand in front of the first word that was found. */
const leading = 60;

const marks = /\p{M}/gu;
const wordCharacter = /[\p{L}\p{N}]/u;

/** What a message says around the first place where a word of `query` stands: its words, else its fields. */
export function excerpt({ text, facts }: Pick<Description, 'text' | 'facts'>, query: string): ExcerptPart[] {
  const fields = facts.map(({ label, value }) => `${label}: ${value}`).join(' · ');
  const words = searchedWords(query);
  const whole = [text, fields].filter((part) => part !== '').map((part) => oneLine(part));
  const [first = ''] = whole;
  const holder = whole.find((part) => findAll(part, words).length > 0) ?? first;
  return cut(holder, findAll(holder, words));
}

/** The words of a query as they are compared, without the signs that mean something in it. */
function searchedWords(query: string): string[] {
  return fold(query)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

function oneLine(text: string): string {
  return text.slice(0, most).replace(/\s+/g, ' ').trim();
}

/** Case and accents do not count. */
function fold(text: string): string {
  return text.normalize('NFD').replace(marks, '').toLowerCase();
}

/** Where words of `text` begin with one that is searched for, as [from, to]. */
function findAll(text: string, words: readonly string[]): [number, number][] {
  if (words.length === 0) return [];
  const found: [number, number][] = [];
  let folded = '';
  /** For each character of `folded` the one of `text` it comes from. */
  const origin: number[] = [];
  let at = 0;
  for (const character of text) {
    for (const one of fold(character)) {
      folded += one;
      for (let unit = 0; unit < one.length; unit++) origin.push(at);
    }
    at += character.length;
  }
  origin.push(text.length);
  for (let start = 0; start < folded.length; start++) {
    if (start > 0 && wordCharacter.test(folded[start - 1] ?? '')) continue;
    const word = words.find((each) => folded.startsWith(each, start));
    if (word === undefined) continue;
    found.push([origin[start] ?? 0, origin[start + word.length] ?? text.length]);
    start += word.length - 1;
  }
  return found;
}

function cut(text: string, found: readonly [number, number][]): ExcerptPart[] {
  const first = found[0]?.[0] ?? 0;
  const from = first > shownLength - leading ? text.lastIndexOf(' ', first - leading) + 1 : 0;
  const to = endOfWord(text, from + shownLength);
  const parts: ExcerptPart[] = [];
  let end = from;
  for (const [start, stop] of found) {
    if (start < end || stop > to) continue;
    add(parts, text.slice(end, start), false);
    add(parts, text.slice(start, stop), true);
    end = stop;
  }
  add(parts, text.slice(end, to), false);
  if (from > 0) parts.unshift({ text: '… ', found: false });
  if (to < text.length) parts.push({ text: ' …', found: false });
  return parts;
}

/** The end of the last whole word before `at`, unless that is far away. */
function endOfWord(text: string, at: number): number {
  if (at >= text.length) return text.length;
  const end = text.lastIndexOf(' ', at);
  return end > at - leading ? end : at;
}

function add(parts: ExcerptPart[], text: string, found: boolean): void {
  if (text !== '') parts.push({ text: text.toWellFormed(), found });
}
