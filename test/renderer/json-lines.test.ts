import { describe, expect, test } from 'vitest';
import { isLine, jsonLines, turnAll, type JsonTreeState } from '../../src-renderer/messages/json-lines.ts';

const paths = (value: unknown, state: Partial<JsonTreeState> = {}) =>
  jsonLines(value, { turned: new Set(), shown: new Map(), ...state }).map((line) =>
    isLine(line) ? line.path : `${line.path} +${line.left}`,
  );

describe('JSON as lines', () => {
  const value = { a: { b: { c: 1 } }, 'odd key': [true], empty: {} };

  test('opens two levels, and names each line as code would', () => {
    expect(paths(value)).toEqual(['', 'a', 'a.b', '["odd key"]', '["odd key"][0]', 'empty']);
  });

  test('opens and closes what was turned', () => {
    expect(paths(value, { turned: new Set(['a.b', '["odd key"]']) })).toEqual([
      '',
      'a',
      'a.b',
      'a.b.c',
      '["odd key"]',
      'empty',
    ]);
    expect(paths(value, { turned: new Set(['']) })).toEqual(['']);
  });

  test('folds and opens everything below a line at once', () => {
    const [whole] = jsonLines(value, { turned: new Set(), shown: new Map() }).filter(isLine);
    if (!whole) throw new Error('there is no line');
    const opened = turnAll(whole, true, new Set());
    expect(paths(value, { turned: opened })).toEqual([
      ...['', 'a', 'a.b', 'a.b.c', '["odd key"]', '["odd key"][0]', 'empty'],
    ]);
    const folded = turnAll(whole, false, opened);
    expect(paths(value, { turned: folded })).toEqual(['']);
    // Unfolding the whole shows that what lies below is folded, too.
    const shown = new Set([...folded].filter((path) => path !== ''));
    expect(paths(value, { turned: shown })).toEqual(['', 'a', '["odd key"]', 'empty']);
  });

  test('shows large lists in steps', () => {
    const list = Array.from({ length: 120 }, (_, index) => index);
    expect(paths(list)).toHaveLength(52);
    expect(paths(list).at(-1)).toBe(' +70');
    expect(paths(list, { shown: new Map([['', 150]]) })).toHaveLength(121);
  });
});
