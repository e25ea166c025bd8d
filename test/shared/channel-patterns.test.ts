import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChannelPatterns } from '../../src-shared/channel-patterns.ts';

function fits(pattern: string, channel: string): boolean {
  return new ChannelPatterns([pattern]).has(channel);
}

/** The same by definition: a star takes nothing, or one character more. Slow, and obviously right. */
function fitsByDefinition(pattern: string, channel: string): boolean {
  if (pattern === '') return channel === '';
  const [first, rest] = [pattern.charAt(0), pattern.slice(1)];
  if (first === '*') {
    return fitsByDefinition(rest, channel) || (channel !== '' && fitsByDefinition(pattern, channel.slice(1)));
  }
  return channel.startsWith(first) && fitsByDefinition(rest, channel.slice(1));
}

/** Few letters, so that patterns and names often meet. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', ':'), maxLength: 8 });
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*'), maxLength: 8 });

test.each([
  ['payments:*', 'payments:new', true],
  ['payments:*', 'payments:', true],
  ['payments:*', 'payments', false],
  ['payments:*', 'PAYMENTS:new', false],
  ['*', '', true],
  ['*:status', 'demo:worker:status', true],
  ['a*a', 'a', false],
  ['a.c', 'abc', false],
  ['[a-z]+', 'abc', false],
  ['a*b*c', 'a\nb\u2028🙂c', true],
  ['', 'a', false],
])('the pattern %j fits the channel %j: %j', (one, channel, expected) => {
  expect(fits(one, channel)).toBe(expected);
});

describe('any pattern', () => {
  test('fits what it fits by definition', () => {
    fc.assert(
      fc.property(pattern, text, (one, channel) => {
        expect(fits(one, channel)).toBe(fitsByDefinition(one, channel));
      }),
      { numRuns: 2_000 },
    );
  });

  test('fits every name that is made by filling its stars', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), fc.array(fc.string()), (parts, fillings) => {
        const literals = parts.map((part) => part.replaceAll('*', ''));
        const filled = literals.map(
          (literal, index) => literal + (index < literals.length - 1 ? (fillings[index] ?? '') : ''),
        );
        expect(fits(literals.join('*'), filled.join(''))).toBe(true);
      }),
    );
  });

  test('without a star fits exactly itself', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, other) => {
        const exact = name.replaceAll('*', '');
        expect(fits(exact, exact)).toBe(true);
        expect(fits(exact, other)).toBe(exact === other);
      }),
    );
  });
});

test('a pattern made to be slow is not: whoever tries every way never comes to an end', () => {
  expect(fits(`${'*a'.repeat(120)}*b`, 'a'.repeat(256))).toBe(false);
  expect(fits('a*'.repeat(127), `${'a'.repeat(255)}b`)).toBe(true);
});

test('several patterns fit what one of them fits, and none fit nothing', () => {
  const several = new ChannelPatterns(['ops', 'payments:*']);
  expect([several.has('ops'), several.has('payments:a'), several.has('ops:a')]).toEqual([true, true, false]);
  expect(new ChannelPatterns([]).has('')).toBe(false);
});

test('sets of the same patterns have the same key, whatever their order', () => {
  expect(new ChannelPatterns(['b', 'a', 'b']).key).toBe(new ChannelPatterns(['a', 'b']).key);
  expect(new ChannelPatterns(['a,b']).key).not.toBe(new ChannelPatterns(['a', 'b']).key);
});
