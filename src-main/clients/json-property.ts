import type { Node } from 'jsonc-parser';
import { lineEnd } from './editor.ts';

/**
 * Changes to the text of a JSON object that leave the rest byte for byte: comments, indentation, the line of a
 * neighbour. Nodes must belong to `text`.
 */

/**
 * `text` with another property, which becomes the first of its object, so that no neighbour needs a comma. In an object
 * of several lines it gets lines of its own.
 */
export function insertProperty(text: string, object: Node, [key, value]: [string, unknown]): string {
  const start = object.offset + 1;
  const inner = text.slice(start, end(object) - 1);
  const [first] = object.children ?? [];
  if (first && !inner.includes('\n')) {
    return splice(text, [first.offset, first.offset], `${JSON.stringify(key)}: ${JSON.stringify(value)}, `);
  }
  const newLine = lineEnd(text);
  const outer = indentAt(text, object.offset);
  const indent = first && standsAlone(text, first) ? indentAt(text, first.offset) : outer + indentUnit(text);
  const property = `${newLine}${indent}${JSON.stringify(key)}: ${laidOut(text, value, indent)}`;
  if (!first && inner.trim() === '') {
    return splice(text, [start, end(object) - 1], property + newLine + outer);
  }
  const at = start + restOfLine(inner);
  return splice(text, [at, at], first ? `${property},` : property);
}

/** `text` without one property of an object. Comments on it stay. */
export function removeProperty(text: string, object: Node, property: Node): string {
  const children = object.children ?? [];
  const place = children.indexOf(property);
  const inner: Range = [object.offset + 1, end(object) - 1];
  const around = text.slice(inner[0], property.offset) + text.slice(end(property), inner[1]);
  if (around.trim() === '') return splice(text, inner, '');

  // The comma behind it goes, of the last property the one in front.
  const isLast = place === children.length - 1;
  const before = children[place - 1];
  const comma = isLast ? before && commaAfter(text, end(before)) : commaAfter(text, end(property));
  const own = ownLines(text, [property.offset, isLast ? end(property) : (comma ?? end(property)) + 1]);
  if (!isLast || comma === undefined) return splice(text, own, '');
  return splice(splice(text, own, ''), [comma, comma + 1], '');
}

/** `text` with another value. */
export function replaceValue(text: string, node: Node, value: unknown): string {
  const isShort = !text.slice(node.offset, end(node)).includes('\n') && typeof value !== 'object';
  const written = isShort ? JSON.stringify(value) : laidOut(text, value, indentAt(text, node.offset));
  return splice(text, [node.offset, end(node)], written);
}

/** From an offset to the one behind the last character. */
type Range = [from: number, to: number];

function splice(text: string, [from, to]: Range, put: string): string {
  return text.slice(0, from) + put + text.slice(to);
}

function end({ offset, length }: Node): number {
  return offset + length;
}

/** The range with the line break and indentation in front of it, or on a shared line with the blanks behind it. */
function ownLines(text: string, [from, to]: Range): Range {
  const [lead = ''] = /\r?\n[ \t]*$/.exec(text.slice(0, from)) ?? [];
  const [blanks = ''] = /^[ \t]*/.exec(text.slice(to)) ?? [];
  if (lead !== '') return [from - lead.length, /^[ \t]*\r?\n/.test(text.slice(to)) ? to + blanks.length : to];
  return [from, to + blanks.length];
}

/** Comments may stand between a value and its comma. */
function commaAfter(text: string, offset: number): number | undefined {
  const [skipped] = /^(?:\s|\/\/[^\n]*\n|\/\*[^]*?\*\/)*(?=,)/.exec(text.slice(offset)) ?? [];
  return skipped === undefined ? undefined : offset + skipped.length;
}

/** How much of the first line of an object's inside belongs to its opening brace: blanks, and a comment. */
function restOfLine(inner: string): number {
  return /^[ \t]*(?:\/\/[^\n]*?|\/\*[^\n]*?\*\/[ \t]*)?(?=\r?\n)/.exec(inner)?.[0].length ?? 0;
}

function standsAlone(text: string, { offset }: Node): boolean {
  return /(?:^|\n)[ \t]*$/.test(text.slice(0, offset));
}

function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** The indentation of the first line that has one. */
function indentUnit(text: string): string {
  return /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
}

function laidOut(text: string, value: unknown, indent: string): string {
  return JSON.stringify(value, undefined, indentUnit(text)).replaceAll('\n', lineEnd(text) + indent);
}
