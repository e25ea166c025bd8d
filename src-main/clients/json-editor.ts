import { isDeepStrictEqual } from 'node:util';
import {
  findNodeAtLocation,
  getNodeValue,
  parse,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { entryName } from '../../src-shared/connect/client.ts';
import { connectionKeys } from '../../src-shared/connect/json-entry.ts';
import { isJsonObject } from '../../src-shared/json-object.ts';
import { lineEnd, TextFault, type Editor, type Entry } from './editor.ts';
import { insertProperty, removeProperty, replaceValue } from './json-property.ts';

const container = 'mcpServers';

/** JSON as most clients keep it, comments allowed. The layout of the user's text is kept. */
export const jsonEditor: Editor = {
  read(text) {
    const entry = serversIn(text)[entryName];
    return entry === undefined ? undefined : connectionOf(entry);
  },

  set(text, entry) {
    const before = serversIn(text);
    const old = before[entryName];
    const extra = isJsonObject(old) ? withoutConnection(old) : {};
    const after = isJsonObject(old)
      ? // Each new one is put in front, so the first comes last.
        connectionKeys.toReversed().reduce<string>((current, key) => withKey(current, key, entry[key]), text)
      : withEntry(text, entry);
    return checked(text, after, { ...before, [entryName]: { ...entry, ...extra } });
  },

  remove(text) {
    const { [entryName]: gone, ...rest } = serversIn(text);
    if (gone === undefined) return text;
    const { object, property } = find(text, [container, entryName]);
    return object && property ? checked(text, removeProperty(text, object, property), rest) : text;
  },
};

/** The text with a new entry, in a container that may be new as well. */
function withEntry(given: string, entry: Entry): string {
  const text = given.trim() === '' ? `{}${lineEnd(given)}` : given;
  const { object: servers, property } = find(text, [container, entryName]);
  const [, value] = property?.children ?? [];
  if (value) return replaceValue(text, value, entry);
  if (servers) return insertProperty(text, servers, [entryName, entry]);
  const { object: root } = find(text, [container]);
  return root ? insertProperty(text, root, [container, { [entryName]: entry }]) : text;
}

function withKey(text: string, key: string, value: unknown): string {
  const { object, property } = find(text, [container, entryName, key]);
  const [, old] = property?.children ?? [];
  if (!object || (!property && value === undefined)) return text;
  if (!property || !old) return insertProperty(text, object, [key, value]);
  if (value === undefined) return removeProperty(text, object, property);
  return isDeepStrictEqual(getNodeValue(old), value) ? text : replaceValue(text, old, value);
}

/** An empty table says nothing; Claude Code writes one where it was told no variables. */
function connectionOf(entry: unknown): Entry {
  if (!isJsonObject(entry)) return {};
  const said = connectionKeys.filter((key) => key in entry && !isDeepStrictEqual(entry[key], {}));
  return Object.fromEntries(said.map((key) => [key, entry[key]]));
}

function withoutConnection(entry: Entry): Entry {
  const keys: readonly string[] = connectionKeys;
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !keys.includes(key)));
}

/** What was written must read as what was meant: a key that stands there twice, for one, would win over ours. */
function checked(before: string, after: string, servers: Entry): string {
  const expected = { ...rootOf(before), [container]: servers };
  if (isDeepStrictEqual(rootOf(after), expected)) return after;
  throw new TextFault(`has a key twice, so an entry cannot be changed with certainty`);
}

function serversIn(text: string): Entry {
  const servers = rootOf(text)[container];
  if (servers === undefined) return {};
  if (isJsonObject(servers)) return servers;
  const { property } = find(text, [container]);
  throw new TextFault(
    `has a "${container}" that is not an object`,
    property && lineAt(text, property.offset),
  );
}

function rootOf(text: string): Entry {
  const errors: ParseError[] = [];
  const root: unknown = parse(text, errors, { allowTrailingComma: false, allowEmptyContent: true });
  const [error] = errors;
  if (error) {
    throw new TextFault(`is not valid JSON: ${wordsOf(error)}`, lineAt(text, error.offset));
  }
  if (root === undefined) return {};
  if (isJsonObject(root)) return root;
  throw new TextFault('is not a JSON object', 1);
}

/** `PropertyNameExpected` as "property name expected". */
function wordsOf({ error }: ParseError): string {
  return printParseErrorCode(error)
    .replace(/(?!^)[A-Z]/g, ' $&')
    .toLowerCase();
}

/** A property and the object that has it, or would. */
function find(
  text: string,
  path: readonly string[],
): { object?: Node | undefined; property?: Node | undefined } {
  const root = parseTree(text);
  const object = root && findNodeAtLocation(root, path.slice(0, -1));
  const property = root && findNodeAtLocation(root, [...path])?.parent;
  return { object, property };
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
