import fc from 'fast-check';

/** Texts that have broken programs before. */
const edgeTexts = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\u202egnirts',
  '\ud800',
  'e\u0301'.repeat(40),
  'null',
  'undefined',
  'NaN',
  '-Infinity',
  '1e999',
  '-0',
  '0x10',
  '1_000',
  '+5',
  '9'.repeat(400),
  '__proto__',
  'constructor',
  'toString',
  "' OR 1=1 --",
  '"; DROP TABLE messages; --',
  '../../../etc/passwd',
  '..%2f..%2f',
  '%00',
  '%',
  '%zz',
  '%c0%af',
  '\r\nX-Injected: 1',
  '<script>alert(1)</script>',
  '*',
  '**',
  '"',
  '"""',
  'a* b* c*',
  '{"a":1}',
  '[]',
  '{',
  '0'.repeat(32),
  '00000000-0000-7000-8000-000000000000',
] as const;

/** What sends a careless pattern into a search without end, by what it is repeated. */
export const pumps = [
  '1',
  'a',
  ' ',
  '.',
  '-',
  ':',
  ',',
  '/',
  '*',
  '"a ',
  '%25',
  '\t',
  'é',
  'A1_',
  '[',
  '{"a":',
  '\\',
];

const pumped = fc
  .tuple(fc.constantFrom(...pumps), fc.constantFrom(20, 300, 4_000), fc.constantFrom('', '!', '\0', 'x'))
  .map(([unit, times, end]) => unit.repeat(times) + end);

export const junkText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...edgeTexts) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 24 }) },
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 24 }) },
  { weight: 1, arbitrary: pumped },
);

const junkNumber = fc.oneof(
  fc.constantFrom(0, -0, -1, 1.5, 1e-320, 1e308, 2 ** 31, 2 ** 53, -(2 ** 63), Number.MAX_SAFE_INTEGER + 2),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** JSON text that no library would write. */
export const junkJsonText = fc.oneof(
  fc.constantFrom(
    '',
    'null',
    'true',
    '0',
    '"text"',
    '[]',
    '[{}]',
    'NaN',
    '{"a":1e999}',
    '{"a":1,}',
    "{'a':1}",
    '{"a":"\\ud800"}',
    '{"__proto__":{"admin":true}}',
    '{"constructor":{"prototype":{"admin":true}}}',
    '\ufeff{}',
    '{"channel":"a","channel":["b"]}',
    '['.repeat(64) + ']'.repeat(64),
    '['.repeat(5_000),
    '{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000),
    `{"a":${'9'.repeat(5_000)}}`,
    `{"${'k'.repeat(20_000)}":1}`,
    `{${Array.from({ length: 3_000 }, (_, i) => `"k${i}":${i}`).join()}}`,
  ),
  junkText,
);

/** A JSON value of any kind. */
export const junkValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: junkText },
  { weight: 3, arbitrary: junkNumber },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false, [], {}, [null], [[[]]], { a: { b: [1] } }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 80 }).map((depth) => {
      let value: unknown = 'deep';
      for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { v: value };
      return value;
    }),
  },
);

/** `sample` with some of its fields changed, dropped or joined by others of `further`. */
export function mangled(sample: object, further: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const own = Object.keys(sample);
  const key =
    own.length === 0
      ? fc.constantFrom(...further)
      : fc.oneof(fc.constantFrom(...own), fc.constantFrom(...further));
  const change = fc.tuple(
    key,
    fc.oneof({ weight: 5, arbitrary: junkValue }, { weight: 1, arbitrary: fc.constant(undefined) }),
  );
  return fc.array(change, { maxLength: 3 }).map((changes) => ({ ...sample, ...Object.fromEntries(changes) }));
}
