import { isDeepStrictEqual } from 'node:util';
import { parse, TomlError } from 'smol-toml';
import { entryName } from '../../src-shared/connect/client.ts';
import { codexConnectionKeys, codexLines, codexTableHeader } from '../../src-shared/connect/codex-entry.ts';
import { isJsonObject } from '../../src-shared/json-object.ts';
import { lineEnd, TextFault, type Editor, type Entry } from './editor.ts';
import { headersIn, statementsIn, type Block } from './toml-blocks.ts';

const container = 'mcp_servers';
const ownKeys: readonly string[] = codexConnectionKeys;

/**
 * Codex's TOML. Only lines of the table `[mcp_servers.claude-bridge]` and of tables below it are touched; everything
 * else stays byte for byte, comments and layout included.
 */
export const codexEditor: Editor = {
  read(text) {
    const entry = serversIn(text)[entryName];
    if (entry === undefined) return undefined;
    return isJsonObject(entry) ? pick(entry, (key) => ownKeys.includes(key)) : {};
  },

  set(text, entry) {
    const old = serversIn(text)[entryName];
    const extra = isJsonObject(old) ? pick(old, (key) => !ownKeys.includes(key)) : {};
    const lines = codexLines(entry);
    const after = old === undefined ? appended(text, lines) : replaced(text, lines);
    return checked(text, after, { ...entry, ...extra });
  },

  remove(text) {
    if (serversIn(text)[entryName] === undefined) return text;
    const blocks = ownBlocks(text);
    return checked(text, blocks.toReversed().reduce(withoutBlock, text), undefined);
  },
};

function appended(text: string, lines: readonly string[]): string {
  const end = lineEnd(text);
  const gap = text === '' ? '' : text.endsWith('\n') ? end : end + end;
  return [text + gap + codexTableHeader, ...lines, ''].join(end);
}

/** Our lines stand right behind the header; what the user has added follows. */
function replaced(text: string, lines: readonly string[]): string {
  const end = lineEnd(text);
  return ownBlocks(text)
    .toReversed()
    .reduce((current, block) => {
      const [key] = block.path.slice(2);
      if (key !== undefined) return ownKeys.includes(key) ? withoutBlock(current, block) : current;
      const kept = statementsIn(current.slice(block.bodyStart, block.end))
        .filter(({ key: name }) => name === undefined || !ownKeys.includes(name))
        .map(({ text: statement }) => statement);
      const header = current.slice(block.start, block.bodyStart).trimEnd();
      return (
        current.slice(0, block.start) +
        [header, ...lines, ''].join(end) +
        kept.join('') +
        current.slice(block.end)
      );
    }, text);
}

/** The blank line in front of it goes too, where another or nothing follows. */
function withoutBlock(text: string, { start, end }: Block): string {
  const before = text.slice(0, start);
  const after = text.slice(end);
  return /^\s*(?:\n|$)/.test(after) ? before.replace(/(^|\n)\r?\n$/, '$1') + after : before + after;
}

/** The tables of our entry, in the order of the text. */
function ownBlocks(text: string): Block[] {
  const blocks = headersIn(text).filter(
    ({ path: [first, second] }) => first === container && second === entryName,
  );
  if (blocks.some(({ path }) => path.length === 2)) return blocks;
  throw new TextFault(
    `has its entry "${entryName}" in a form that is not edited here; write it as ${codexTableHeader}, or remove it`,
  );
}

/** What was written must read as what was meant, and everything else as before. */
function checked(before: string, after: string, entry: Entry | undefined): string {
  const { [entryName]: _, ...others } = serversIn(before);
  const servers = entry === undefined ? others : { ...others, [entryName]: entry };
  const { [container]: __, ...rest } = rootOf(before);
  const { [container]: found = {}, ...restFound } = rootIfValid(after);
  if (isDeepStrictEqual(restFound, rest) && isDeepStrictEqual(found, servers)) return after;
  throw new TextFault(`is written in a way that is not edited here; change ${codexTableHeader} by hand`);
}

function rootIfValid(text: string): Entry {
  try {
    return rootOf(text);
  } catch (error) {
    if (error instanceof TextFault) return {};
    throw error;
  }
}

function serversIn(text: string): Entry {
  const servers = rootOf(text)[container];
  if (servers === undefined) return {};
  if (isJsonObject(servers)) return servers;
  throw new TextFault(`has a "${container}" that is not a table`);
}

function rootOf(text: string): Entry {
  try {
    // The library's tables have no prototype, which a comparison would mind.
    return structuredClone(parse(text, { integersAsBigInt: 'asNeeded' }));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
    throw new TextFault(`is not valid TOML: ${reason}`, error.line);
  }
}

function pick(entry: Entry, wanted: (key: string) => boolean): Entry {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => wanted(key)));
}
