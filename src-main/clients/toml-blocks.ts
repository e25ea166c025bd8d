import { parse, type TomlTable } from 'smol-toml';
import { isJsonObject } from '../../src-shared/json-object.ts';

/**
 * Where the tables of a valid TOML text lie, and their statements. The library parses, but does not say where; so it is
 * asked whether a piece of the text is complete by itself. What only looks like a header, inside a text of several
 * lines, has an incomplete piece in front of it.
 */

/** A table from its header to its last statement, as offsets. Comments behind that belong to what follows. */
export interface Block {
  path: string[];
  start: number;
  bodyStart: number;
  end: number;
}

export function headersIn(text: string): Block[] {
  const headers: Omit<Block, 'end'>[] = [];
  for (const { start, line } of linesOf(text)) {
    if (!line.trimStart().startsWith('[') || parsed(text.slice(0, start)) === undefined) continue;
    const table = parsed(line);
    if (table) headers.push({ path: pathIn(table), start, bodyStart: start + line.length });
  }
  return headers.map((header, at) => {
    const limit = headers[at + 1]?.start ?? text.length;
    const body = text.slice(header.bodyStart, limit);
    const said = statementsIn(body).findLast(({ key }) => key !== undefined);
    return { ...header, end: header.bodyStart + (said?.end ?? 0) };
  });
}

export interface Statement {
  /** The first part of the key; undefined for blank lines and comments. */
  key: string | undefined;
  text: string;
  /** Offset behind its last line. */
  end: number;
}

/** The statements in the body of a table, each with all its lines. */
export function statementsIn(body: string): Statement[] {
  const statements: Statement[] = [];
  let begun = 0;
  for (const { start, line } of linesOf(body)) {
    const text = body.slice(begun, start + line.length);
    const table = parsed(text);
    if (!table) continue;
    begun = start + line.length;
    statements.push({ key: Object.keys(table)[0], text, end: begun });
  }
  return statements;
}

/** Lines with their ends. */
function linesOf(text: string): { start: number; line: string }[] {
  return Array.from(text.matchAll(/[^\n]*\n|[^\n]+$/g), ({ index, 0: line }) => ({ start: index, line }));
}

function parsed(text: string): TomlTable | undefined {
  try {
    return parse(text, { integersAsBigInt: 'asNeeded' });
  } catch {
    return undefined;
  }
}

/** `[a.b]` parses as tables in each other, `[[a.b]]` with a list around the innermost. */
function pathIn(table: TomlTable): string[] {
  const [[key, value] = []] = Object.entries(table);
  if (key === undefined) return [];
  return isJsonObject(value) ? [key, ...pathIn(value)] : [key];
}
