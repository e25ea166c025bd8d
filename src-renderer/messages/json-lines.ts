import { isJsonObject } from '../../src-shared/json-object.ts';

/** One line of a JSON value shown as a tree. */
export interface JsonLine {
  /** Where it is, as one would write it in code: `content.args[0]`. Empty for the whole. */
  path: string;
  depth: number;
  /** The name it has in an object, the number in a list; undefined for the whole. */
  name: string | undefined;
  value: unknown;
  /** For objects and lists: how many members, and whether they are shown. */
  members: number | undefined;
  open: boolean;
  /** Place among its siblings, from 1, and how many there are. */
  position: number;
  siblings: number;
}

/** In place of members that are not shown yet. */
export interface JsonRest {
  /** Path of the container. */
  path: string;
  depth: number;
  /** Members that are left out. */
  left: number;
}

export interface JsonTreeState {
  /** Containers that are open although they lie deep, or closed although they do not. */
  turned: ReadonlySet<string>;
  /** How many members of a container are shown, where it is not the usual number. */
  shown: ReadonlyMap<string, number>;
}

/** Containers above this depth are open at first. */
const openDepth = 2;

/** Members of one container that are shown at first, and at each further step. */
export const memberStep = 50;

/** The lines of `value`. Only what is shown is looked at, so that large values cost no more than small ones. */
export function jsonLines(value: unknown, state: JsonTreeState): (JsonLine | JsonRest)[] {
  const lines: (JsonLine | JsonRest)[] = [];
  add(lines, state, { path: '', depth: 0, name: undefined, value, position: 1, siblings: 1 });
  return lines;
}

export function isLine(line: JsonLine | JsonRest): line is JsonLine {
  return 'value' in line;
}

function add(
  lines: (JsonLine | JsonRest)[],
  state: JsonTreeState,
  line: Omit<JsonLine, 'members' | 'open'>,
): void {
  const { path, depth, value } = line;
  const names = namesOf(value);
  const open = names !== undefined && names.length > 0 && depth < openDepth !== state.turned.has(path);
  lines.push({ ...line, members: names?.length, open });
  if (!open) return;
  const shown = state.shown.get(path) ?? memberStep;
  for (const [index, name] of names.slice(0, shown).entries()) {
    add(lines, state, {
      path: pathOf(path, name, Array.isArray(value)),
      depth: depth + 1,
      name,
      value: (value as Record<string, unknown>)[name],
      position: index + 1,
      siblings: names.length,
    });
  }
  if (names.length > shown) lines.push({ path, depth: depth + 1, left: names.length - shown });
}

/** Containers that are turned at once at most: a value of many thousands is not opened whole. */
const mostTurned = 1_000;

/** `turned` with `line` and everything below it open, or folded. */
export function turnAll(line: JsonLine, open: boolean, turned: ReadonlySet<string>): Set<string> {
  const changed = new Set(turned);
  const waiting = [line].map(({ path, depth, value }) => ({ path, depth, value }));
  for (let count = 0; count < mostTurned; count++) {
    const next = waiting.shift();
    if (!next) break;
    const names = namesOf(next.value);
    if (!names || names.length === 0) continue;
    if (next.depth < openDepth === open) changed.delete(next.path);
    else changed.add(next.path);
    for (const name of names.slice(0, memberStep)) {
      const path = pathOf(next.path, name, Array.isArray(next.value));
      waiting.push({ path, depth: next.depth + 1, value: (next.value as Record<string, unknown>)[name] });
    }
  }
  return changed;
}

function namesOf(value: unknown): string[] | undefined {
  if (Array.isArray(value)) return Array.from(value.keys(), String);
  return isJsonObject(value) ? Object.keys(value) : undefined;
}

function pathOf(parent: string, name: string, inList: boolean): string {
  if (inList) return `${parent}[${name}]`;
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${parent}[${JSON.stringify(name)}]`;
  return parent === '' ? name : `${parent}.${name}`;
}
