import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonLines } from '../../../src-main/cli/tui/view/json.ts';
import { fit, line, lines, name, widthOf, wrap, type Pieces } from '../../../src-main/cli/tui/view/pieces.ts';

const textOf = (pieces: Pieces) => pieces.map(({ text }) => text).join('');

/** Texts with everything that makes widths difficult. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('a', ' ', '漢', '👩‍👩‍👧', 'é', 'e\u0301', '\u001b', '\u202e', '…'),
    fc.string({ unit: 'binary', maxLength: 1 }),
  ),
});

describe('pieces of a line', () => {
  test('are exactly as wide as they are to be, whatever they hold', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 40 }), (text, columns) => {
        expect(widthOf(fit(line(text), columns))).toBe(columns);
        expect(widthOf(fit(name(text), columns, 'right'))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  test('are broken without losing anything', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 2, max: 40 }), (text, columns) => {
        const pieces = line(text);
        expect(wrap(pieces, columns).map(textOf).join('')).toBe(textOf(pieces).normalize());
      }),
    );
  });

  test('break at blanks', () => {
    expect(wrap(line('one two three'), 8).map(textOf)).toEqual(['one two ', 'three']);
    expect(lines('a\r\nb\tc\rd').map(textOf)).toEqual(['a', 'b    c', 'd']);
  });

  test('hold nothing that a terminal obeys', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const pieces of [line(text), name(text), ...lines(text)]) {
          // eslint-disable-next-line no-control-regex -- these are what must not be there
          expect(textOf(pieces)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        }
      }),
    );
  });

  test('of JSON are the JSON, coloured', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const shown = jsonLines(value).map(textOf).join('\n');
        expect(
          JSON.parse(
            shown.replaceAll(/<U\+([0-9A-F]+)>/g, (_, code: string) =>
              String.fromCodePoint(parseInt(code, 16)),
            ),
          ),
          // As JSON has it: it knows no negative zero.
        ).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    const [, first] = jsonLines({ goal: 'x -1 true', tries: -1.5e3, done: true });
    expect(first?.map(({ text, color }) => [text.trim(), color])).toEqual([
      ['', undefined],
      ['"goal"', 'blue'],
      [':', undefined],
      ['"x -1 true"', 'green'],
      [',', undefined],
    ]);
  });
});
