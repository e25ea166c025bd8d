import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src-shared/canonical-json.ts';
import { interpretContent } from '../../src-shared/encoding.ts';
import { envelope } from '../../src-shared/envelope.ts';
import { validate } from '../../src-shared/validation.ts';

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('content that is no JSON', () => {
  test.each([
    'Please review the parser.',
    '',
    ' ',
    '{',
    '"',
    '{"a": oops}',
    '{"a":NaN}',
    '[Infinity]',
    '[1,]',
    "{'a':1}",
    '[build] done in [3 s]',
    '3 tests failed',
    '1.2.3',
    '01',
    '+1',
    '1-2',
    '-',
    'NaN',
    'True',
    'nullable',
    'true story',
    'not "quoted"',
    '"one" and "two"',
    '{} {}',
    '\ufeff{}',
    '{"a":"line\nbreak"}',
    nested(501),
    '['.repeat(100_000),
    `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  ])('is legacy text: %.40s', (content) => {
    expect(interpretContent(content)).toEqual({ encoding: 'legacy_text', json: undefined });
  });
});

describe('JSON without the three keys', () => {
  test.each([
    '{}',
    '[]',
    '{"a":1}',
    '[1,2]',
    '"text"',
    '"\u2028"',
    '""',
    '42',
    '-0.5e-3',
    'true',
    'false',
    'null',
    ' \n{"a":1}\t ',
    '\u00a0[1]\u3000',
    '"\\ud800"',
    '{"schema_version":1,"type":"task"}',
    '{"schema_version":1,"content":"x"}',
    '{"type":"task","content":"x"}',
    '[{"schema_version":1,"type":"task","content":"x"}]',
    '["schema_version","type","content"]',
    '{"__proto__":{"schema_version":1,"type":"task","content":"x"}}',
    nested(500),
  ])('is legacy JSON: %.60s', (content) => {
    expect(interpretContent(content)).toEqual({
      encoding: 'legacy_json',
      json: JSON.parse(content.trim()) as unknown,
    });
  });
});

describe('an envelope', () => {
  test('is structured and comes with its normal form, though it was stored as somebody typed it', () => {
    const content =
      '{ "metadata": {}, "content": null, "recipient": null, "type": "note", "schema_version": 1 }';
    expect(interpretContent(content)).toEqual({
      encoding: 'structured',
      json: JSON.parse(content) as unknown,
      message: { schema_version: 1, type: 'note', content: null },
    });
  });

  test('is read from its canonical form as it was sent', () => {
    const sent = validate(envelope, {
      schema_version: 1,
      type: 'task',
      content: { a: 'é\u2028😀', b: [1.5, null, true] },
      created_at: '2026-01-31T08:15:00+01:00',
      artifacts: [{ uri: 'file:///report.txt', sha256: 'AB'.repeat(32) }],
    });
    expect(interpretContent(canonicalJson(sent))).toMatchObject({ encoding: 'structured', message: sent });
  });

  test('keeps the last of duplicate keys', () => {
    expect(
      interpretContent('{"schema_version":2,"type":"task","content":1,"content":2,"schema_version":1}'),
    ).toMatchObject({ encoding: 'structured', message: { content: 2 } });
  });
});

describe('an envelope of another version', () => {
  test.each(['2', '0', '-1', '1000000'])('is unsupported, and says so: %s', (version) => {
    const content = `{"schema_version":${version},"type":"task","content":{"x":1},"priority":"high"}`;
    expect(interpretContent(content)).toEqual({
      encoding: 'unsupported',
      json: JSON.parse(content) as unknown,
      parse_warning: `schema_version ${version} is not supported: this relay knows version 1`,
    });
  });
});

describe('an envelope with faults', () => {
  test.each([
    ['schema_version', '{"schema_version":true,"type":"task","content":1}'],
    ['schema_version', '{"schema_version":"1","type":"task","content":1}'],
    ['schema_version', '{"schema_version":1.5,"type":"task","content":1}'],
    ['schema_version', '{"schema_version":null,"type":"task","content":1}'],
    ['type', '{"schema_version":1,"type":"Task","content":1}'],
    ['priority', '{"schema_version":1,"type":"task","content":1,"priority":"high"}'],
    ['content', '{"schema_version":1,"type":"task","content":1e999}'],
    ['content', '{"schema_version":1,"type":"task","content":"\\ud800"}'],
    ['content', `{"schema_version":1,"type":"task","content":${nested(100)}}`],
    ['idempotency_key', '{"schema_version":1,"type":"task","content":1,"dedupe_key":""}'],
    ['artifacts.0.uri', '{"schema_version":1,"type":"task","content":1,"artifacts":[{}]}'],
  ])('stays readable, with a warning that names %s: %.70s', (named, content) => {
    const { encoding, json, ...rest } = interpretContent(content);
    expect(encoding).toBe('invalid');
    expect(json).toEqual(JSON.parse(content));
    expect(rest).toEqual({ parse_warning: expect.stringContaining(named) as string });
  });
});

test('no content makes reading fail', () => {
  const mark = fc.constantFrom('schema_version', 'type', 'content', 'artifacts', 'metadata', '__proto__');
  const near = fc.dictionary(mark, fc.jsonValue());
  const content = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    near.map((value) => JSON.stringify(value)),
    near.map((value) => JSON.stringify({ schema_version: 1, type: 'task', content: 1, ...value })),
  );
  fc.assert(
    fc.property(content, (text) => {
      expect(['legacy_text', 'legacy_json', 'structured', 'unsupported', 'invalid']).toContain(
        interpretContent(text).encoding,
      );
    }),
    { numRuns: 500 },
  );
});
