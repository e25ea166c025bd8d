import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { canonicalJson } from '../../src-shared/canonical-json.ts';
import { envelope } from '../../src-shared/envelope.ts';
import { utf8Bytes } from '../../src-shared/text.ts';
import { validate } from '../../src-shared/validation.ts';

const minimal = { schema_version: 1, type: 'task', content: 'hello' };
const maxBytes = 131_072;
const maxMetadataBytes = 16_384;

/** What a sender is told about `input`: nothing, or the code and the field of the fault. */
function faultOf(input: unknown): [code: string, field: string | undefined] | undefined {
  try {
    validate(envelope, input);
    return undefined;
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    return [error.code, error.field];
  }
}

function sentenceOf(input: unknown): string {
  try {
    validate(envelope, input);
    return '';
  } catch (error) {
    return (error as BridgeError).message;
  }
}

/** `value` inside so many arrays. */
function inArrays(levels: number, value?: unknown): unknown {
  if (levels === 0) return value;
  return levels === 1 && value === undefined ? [] : [inArrays(levels - 1, value)];
}

/** An object of exactly so many bytes in canonical form, with characters of `width` bytes. */
function objectOf(bytes: number, character = 'x'): { a: string } {
  const room = bytes - '{"a":""}'.length;
  const width = utf8Bytes(character);
  return { a: character.repeat(Math.floor(room / width)) + 'x'.repeat(room % width) };
}

describe('an envelope as a whole', () => {
  test.each([undefined, null, 'text', 1, [], [minimal]])('must be an object: %j', (input) => {
    expect(faultOf(input)).toEqual(['invalid_type', 'message']);
  });

  test.each(['schema_version', 'type', 'content'])('must have %s', (field) => {
    const { [field]: _, ...rest } = minimal as Record<string, unknown>;
    expect(faultOf(rest)).toEqual(['required', field]);
  });

  test('must not have unknown fields, which the refusal lists sorted', () => {
    const input = { ...minimal, zeta: 1, Alpha: 2, content_type: null };
    expect(faultOf(input)).toEqual(['unknown_field', 'message']);
    expect(sentenceOf(input)).toBe('message has unknown fields: Alpha, content_type, zeta');
  });

  test.each(['__proto__', 'toString', 'constructor'])('must not have a field named %s', (key) => {
    const input: unknown = JSON.parse(`{"schema_version":1,"type":"task","content":1,"${key}":{}}`);
    expect(faultOf(input)).toEqual(['unknown_field', 'message']);
  });

  test('may have ever so many unknown fields without a refusal of the same size', () => {
    const unknown = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`field-${i}`, 1]));
    expect(sentenceOf({ ...minimal, ...unknown }).length).toBeLessThan(300);
  });

  test('may take 131,072 bytes in canonical form and no more', () => {
    const whole = { ...minimal, content: '', metadata: objectOf(maxMetadataBytes), extensions: { a: 'é' } };
    const room = maxBytes - utf8Bytes(canonicalJson(whole));
    expect(faultOf({ ...whole, content: 'x'.repeat(room) })).toBeUndefined();
    expect(faultOf({ ...whole, content: 'x'.repeat(room + 1) })).toEqual(['too_large', 'message']);
  });

  test('is measured without what vanishes from it', () => {
    const room = maxBytes - utf8Bytes(canonicalJson({ ...minimal, content: '' }));
    const padded = { ...minimal, content: 'x'.repeat(room), recipient: null, metadata: {}, artifacts: [] };
    expect(faultOf(padded)).toBeUndefined();
  });
});

describe('schema_version', () => {
  test.each([true, false, '1', 1.5, null, [], {}])('must be a whole number: %j', (version) => {
    expect(faultOf({ ...minimal, schema_version: version })).toEqual(['invalid_type', 'schema_version']);
  });

  test.each([0, 2, -1, 1e6])('%d is not supported', (version) => {
    expect(faultOf({ ...minimal, schema_version: version })).toEqual(['invalid_protocol', 'schema_version']);
  });

  test('is looked at first, since a later version may have other fields', () => {
    expect(faultOf({ schema_version: 2, kind: 'task', body: 1 })).toEqual([
      'invalid_protocol',
      'schema_version',
    ]);
  });
});

describe('type', () => {
  test.each(['a', 'task', 'task.done', 'x-1_y.z', 'a'.repeat(64)])('may be %s', (type) => {
    expect(validate(envelope, { ...minimal, type }).type).toBe(type);
  });

  test.each([
    [1, 'invalid_type'],
    [null, 'invalid_type'],
    ['', 'required'],
    ['a'.repeat(65), 'too_long'],
    ['😀'.repeat(40), 'invalid_format'],
    ['Task', 'invalid_format'],
    ['1task', 'invalid_format'],
    ['.task', 'invalid_format'],
    ['a b', 'invalid_format'],
    ['task\n', 'invalid_format'],
    ['a:b', 'invalid_format'],
    ['tâche', 'invalid_format'],
  ])('must not be %j: %s', (type, code) => {
    expect(faultOf({ ...minimal, type })).toEqual([code, 'type']);
  });
});

describe('content', () => {
  test.each([
    null,
    false,
    0,
    '',
    [],
    {},
    'line\nbreak\0',
    '\u2028\u0085😀',
    { a: [1, { b: null }] },
    -0.5e-7,
  ])('may be any JSON and comes back as it is: %j', (content) => {
    expect(validate(envelope, { ...minimal, content }).content).toEqual(content);
  });

  test('may be 16 arrays around a number but not 17', () => {
    expect(faultOf({ ...minimal, content: inArrays(16, 1) })).toBeUndefined();
    expect(faultOf({ ...minimal, content: inArrays(17, 1) })).toEqual(['too_deep', 'content']);
  });

  test('counts the containers around a value, so that an empty one may be in 16 others', () => {
    expect(faultOf({ ...minimal, content: inArrays(17) })).toBeUndefined();
    expect(faultOf({ ...minimal, content: inArrays(18) })).toEqual(['too_deep', 'content']);
  });

  test('counts objects like arrays', () => {
    const inObjects = (levels: number): unknown => (levels === 0 ? 1 : { a: inObjects(levels - 1) });
    expect(faultOf({ ...minimal, content: inObjects(16) })).toBeUndefined();
    expect(faultOf({ ...minimal, content: inObjects(17) })).toEqual(['too_deep', 'content']);
  });

  test('of absurd depth is refused like any that is too deep', () => {
    const absurd: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
    expect(faultOf({ ...minimal, content: absurd })).toEqual(['too_deep', 'content']);
  });

  test('is blamed itself when it is too large for any envelope', () => {
    const content = (length: number) => 'x'.repeat(length - 2);
    expect(faultOf({ ...minimal, content: content(maxBytes + 1) })).toEqual(['too_large', 'content']);
    expect(faultOf({ ...minimal, content: content(maxBytes) })).toEqual(['too_large', 'message']);
  });

  test('is measured in bytes, not characters, and with its escapes', () => {
    expect(faultOf({ ...minimal, content: 'é'.repeat(65_400) })).toBeUndefined();
    expect(faultOf({ ...minimal, content: 'é'.repeat(65_536) })).toEqual(['too_large', 'content']);
    expect(faultOf({ ...minimal, content: '\n'.repeat(65_536) })).toEqual(['too_large', 'content']);
  });

  test.each([NaN, Infinity, -Infinity, JSON.parse('1e999') as number])(
    'must not hold %d, at any depth',
    (number) => {
      expect(faultOf({ ...minimal, content: number })).toEqual(['invalid_json', 'content']);
      expect(faultOf({ ...minimal, content: [{ a: number }] })).toEqual(['invalid_json', 'content']);
    },
  );

  test.each([1n, Symbol('s'), () => 1, [undefined]])('must be JSON: %o', (content) => {
    expect(faultOf({ ...minimal, content })).toEqual(['invalid_json', 'content']);
  });

  test.each(['\ud800', ['\udc00a'], { a: { b: 'x\ud83d' } }, { '\ud83d': 1 }, [['\ude00\ud83d']]])(
    'must not hold lone surrogates, not even in a key: %j',
    (content) => {
      expect(faultOf({ ...minimal, content })).toEqual(['invalid_unicode', 'content']);
    },
  );
});

describe.each([
  ['thread_id', 'thread_id'],
  ['reply_to', 'reply_to'],
  ['correlation_id', 'correlation_id'],
  ['causation_id', 'causation_id'],
  ['recipient', 'recipient'],
  ['dedupe_key', 'idempotency_key'],
])('%s', (key, field) => {
  test.each(['x', 'projects/a: b', '😀'.repeat(256), '\ufeffx', 'a\u200bb'])('may be %.20j', (value) => {
    expect(validate(envelope, { ...minimal, [key]: value })).toEqual({ ...minimal, [key]: value });
  });

  test('is absent when it is null', () => {
    expect(validate(envelope, { ...minimal, [key]: null })).not.toHaveProperty(key);
  });

  test.each([
    [1, 'invalid_type'],
    [false, 'invalid_type'],
    [{}, 'invalid_type'],
    ['', 'required'],
    [' x', 'surrounding_whitespace'],
    ['x\u3000', 'surrounding_whitespace'],
    ['x'.repeat(257), 'too_long'],
    ['a\nb', 'control_character'],
    ['a\u0085b', 'control_character'],
    ['a\ud800b', 'invalid_unicode'],
  ])(`must not be %.20j: %s, blamed on ${field}`, (value, code) => {
    expect(faultOf({ ...minimal, [key]: value })).toEqual([code, field]);
  });
});

describe('created_at', () => {
  test.each([
    '2026-01-31T08:15:00Z',
    '2026-01-31T08:15:00.250000Z',
    '2026-01-31T08:15:00,25+01:00',
    '2026-01-31 08:15:00-05:30',
    '2026-01-31T08:15Z',
    '2026-01-31T08Z',
    '20260131T081500Z',
    '20260131T08:15+0100',
    '2026-01-31T08:15:00+01',
    '2026-01-31T08:15:00+01:00:30.5',
    '2026-W05-6T08:15:00Z',
    '2026W056T0815Z',
    '2026-W05T08:15Z',
    '2026-W53-7T00:00Z',
    '2020-W53-5T00:00Z',
    '2024-02-29T23:59:59Z',
    '2000-02-29T00:00Z',
    '0001-01-01T00:00Z',
    '9999-12-31T23:59:59.999999999Z',
  ])('may be %s and is kept to the letter', (text) => {
    expect(validate(envelope, { ...minimal, created_at: text }).created_at).toBe(text);
  });

  test.each(['2026-01-31T08:15:00', '2026-01-31 08:15', '20260131T0815', '2026-W05-6T08:15:00'])(
    'must say its time zone: %s',
    (text) => {
      expect(faultOf({ ...minimal, created_at: text })).toEqual(['timezone_required', 'created_at']);
    },
  );

  test.each([
    '',
    'yesterday',
    '1769847300',
    '2026-01-31',
    '08:15:00Z',
    '2026-01-31T08:15:00z',
    '2026-01-31T08:15:00 Z',
    ' 2026-01-31T08:15:00Z',
    '2026-01-31T08:15:00Z\n',
    '2026-0131T08:15Z',
    '2026-01-31T08:1500Z',
    '2026-1-31T08:15Z',
    '26-01-31T08:15Z',
    '2026-01-31T08:15:00.Z',
    '2026-00-10T08:15Z',
    '2026-13-10T08:15Z',
    '2026-01-00T08:15Z',
    '2026-04-31T08:15Z',
    '2026-02-29T08:15Z',
    '1900-02-29T08:15Z',
    '0000-01-01T08:15Z',
    '2026-W00-1T08:15Z',
    '2025-W53-1T08:15Z',
    '2026-W05-8T08:15Z',
    '2026-W05-0T08:15Z',
    '2026-01-31T24:00Z',
    '2026-01-31T08:60Z',
    '2026-01-31T08:15:60Z',
    '2026-01-31T08:15+24:00',
    '2026-01-31T08:15+01:60',
    '２０２６-01-31T08:15Z',
  ])('must be an ISO 8601 date and time: %j', (text) => {
    expect(faultOf({ ...minimal, created_at: text })).toEqual(['invalid_format', 'created_at']);
  });

  test('is absent when it is null, and otherwise text', () => {
    expect(validate(envelope, { ...minimal, created_at: null })).not.toHaveProperty('created_at');
    expect(faultOf({ ...minimal, created_at: 1769847300 })).toEqual(['invalid_type', 'created_at']);
  });
});

describe.each([
  ['metadata', 'metadata', (value: unknown) => ({ ...minimal, metadata: value })],
  ['extensions', 'extensions', (value: unknown) => ({ ...minimal, extensions: value })],
  [
    'metadata of an artifact',
    'artifacts.0.metadata',
    (value: unknown) => ({ ...minimal, artifacts: [{ uri: 'x', metadata: value }] }),
  ],
])('%s', (_, field, envelopeWith) => {
  test.each([null, [], 'text', 1, true])('must be an object: %j', (value) => {
    expect(faultOf(envelopeWith(value))).toEqual(['invalid_type', field]);
  });

  test('may take 16,384 bytes in canonical form and no more', () => {
    for (const character of ['x', 'é', '€', '😀']) {
      expect(faultOf(envelopeWith(objectOf(maxMetadataBytes, character)))).toBeUndefined();
      expect(faultOf(envelopeWith(objectOf(maxMetadataBytes + 1, character)))).toEqual(['too_large', field]);
    }
  });

  test('says in its refusal what is too large', () => {
    expect(sentenceOf(envelopeWith(objectOf(maxMetadataBytes + 1)))).toBe(
      `${field} is too large: it exceeds 16384 bytes`,
    );
  });

  test('may be nested 16 deep and no deeper, itself included', () => {
    expect(faultOf(envelopeWith({ a: inArrays(15, 1) }))).toBeUndefined();
    expect(faultOf(envelopeWith({ a: inArrays(16, 1) }))).toEqual(['too_deep', field]);
  });

  test('must be finite, well-formed JSON', () => {
    expect(faultOf(envelopeWith({ a: [Infinity] }))).toEqual(['invalid_json', field]);
    expect(faultOf(envelopeWith({ a: '\ud800' }))).toEqual(['invalid_unicode', field]);
  });

  test('vanishes when it is empty, and is kept as it is otherwise', () => {
    const stored = (value: unknown) => canonicalJson(validate(envelope, envelopeWith(value)));
    expect(stored({})).not.toContain('metadata');
    expect(stored({})).not.toContain('extensions');
    const odd = '{"":{},"__proto__":[],"a":null}';
    expect(stored(JSON.parse(odd))).toContain(`":${odd}`);
  });
});

describe('artifacts', () => {
  const withArtifact = (artifact: unknown) => ({ ...minimal, artifacts: [{ uri: 'file:///a' }, artifact] });
  const withField = (fields: Record<string, unknown>) =>
    withArtifact({ uri: 'https://example.org/b', ...fields });

  test.each([null, {}, 'text', 1])('must be an array: %j', (value) => {
    expect(faultOf({ ...minimal, artifacts: value })).toEqual(['invalid_type', 'artifacts']);
  });

  test('may be 32 and no more, which is checked before the entries', () => {
    const entries = (count: number, entry: unknown) => ({
      ...minimal,
      artifacts: Array.from({ length: count }, () => entry),
    });
    expect(faultOf(entries(32, { uri: 'x' }))).toBeUndefined();
    expect(faultOf(entries(33, { uri: 'x' }))).toEqual(['too_many', 'artifacts']);
    expect(faultOf(entries(33, null))).toEqual(['too_many', 'artifacts']);
  });

  test('vanish when there are none', () => {
    expect(validate(envelope, { ...minimal, artifacts: [] })).not.toHaveProperty('artifacts');
  });

  test.each([null, 'https://example.org', []])('hold objects: not %j', (entry) => {
    expect(faultOf(withArtifact(entry))).toEqual(['invalid_type', 'artifacts.1']);
  });

  test('hold no unknown fields and always a uri', () => {
    expect(faultOf(withField({ url: 'x', size: 1 }))).toEqual(['unknown_field', 'artifacts.1']);
    expect(sentenceOf(withField({ url: 'x', size: 1 }))).toBe('artifacts.1 has unknown fields: size, url');
    expect(faultOf(withArtifact({ name: 'a' }))).toEqual(['required', 'artifacts.1.uri']);
  });

  test.each(['x', 'file:///a b/é', '😀'.repeat(4096), 'a\u0085b'])('may have the uri %.20j', (uri) => {
    expect(faultOf(withField({ uri }))).toBeUndefined();
  });

  test.each([
    ['uri', null, 'invalid_type'],
    ['uri', 1, 'invalid_type'],
    ['uri', '', 'required'],
    ['uri', ' x', 'surrounding_whitespace'],
    ['uri', 'x\n', 'surrounding_whitespace'],
    ['uri', 'x'.repeat(4097), 'too_long'],
    ['uri', 'a\tb', 'control_character'],
    ['uri', 'a\u007fb', 'control_character'],
    ['uri', 'a\ud800b', 'invalid_unicode'],
    ['name', 1, 'invalid_type'],
    ['name', '', 'required'],
    ['name', ' \u3000\n', 'required'],
    ['name', '\udc00', 'invalid_unicode'],
    ['media_type', {}, 'invalid_type'],
    ['media_type', '\t', 'required'],
    ['size_bytes', '1', 'invalid_type'],
    ['size_bytes', true, 'invalid_type'],
    ['size_bytes', 1.5, 'invalid_type'],
    ['size_bytes', -1, 'out_of_range'],
    ['size_bytes', 2 ** 53, 'out_of_range'],
    ['sha256', 1, 'invalid_type'],
    ['sha256', 'a'.repeat(63), 'invalid_format'],
    ['sha256', 'a'.repeat(65), 'invalid_format'],
    ['sha256', 'g'.repeat(64), 'invalid_format'],
    ['sha256', `${'a'.repeat(64)}\n`, 'invalid_format'],
  ])('must not have as %s %.20j: %s', (field, value, code) => {
    expect(faultOf(withField({ [field]: value }))).toEqual([code, `artifacts.1.${field}`]);
  });

  test.each([
    ['name', ' report.txt ', ' report.txt '],
    ['name', 'x'.repeat(10_000), 'x'.repeat(10_000)],
    ['media_type', 'text/plain; charset=utf-8', 'text/plain; charset=utf-8'],
    ['size_bytes', 0, 0],
    ['size_bytes', 2 ** 53 - 1, 2 ** 53 - 1],
    ['sha256', 'ABCDEF09'.repeat(8), 'abcdef09'.repeat(8)],
  ])('keep %s %.20j as %.20j', (field, value, kept) => {
    expect(validate(envelope, withField({ [field]: value })).artifacts?.[1]).toEqual({
      uri: 'https://example.org/b',
      [field]: kept,
    });
  });

  test.each(['name', 'media_type', 'size_bytes', 'sha256'])('may have null for an absent %s', (field) => {
    expect(validate(envelope, withField({ [field]: null })).artifacts?.[1]).not.toHaveProperty(field);
  });
});

describe('of several faults', () => {
  const faults: [field: string, value: unknown, code: string, named: string][] = [
    ['schema_version', 2, 'invalid_protocol', 'schema_version'],
    ['surprise', 1, 'unknown_field', 'message'],
    ['type', undefined, 'required', 'type'],
    ['content', NaN, 'invalid_json', 'content'],
    ['thread_id', '', 'required', 'thread_id'],
    ['reply_to', '', 'required', 'reply_to'],
    ['correlation_id', '', 'required', 'correlation_id'],
    ['causation_id', '', 'required', 'causation_id'],
    ['recipient', '', 'required', 'recipient'],
    ['created_at', 'now', 'invalid_format', 'created_at'],
    ['artifacts', [{ uri: '' }], 'required', 'artifacts.0.uri'],
    ['metadata', 1, 'invalid_type', 'metadata'],
    ['extensions', 1, 'invalid_type', 'extensions'],
    ['dedupe_key', '', 'required', 'idempotency_key'],
  ];

  test.each(faults.map(([field, , code, named], from) => ({ field, code, named, from })))(
    '$field is reported before all that come later in this list',
    ({ code, named, from }) => {
      const later = faults.slice(from).map(([field, value]) => [field, value] as const);
      // The order of keys in the request must not matter.
      const input = { ...minimal, ...Object.fromEntries(later.reverse()) };
      expect(faultOf(input)).toEqual([code, named]);
    },
  );
});

describe('the normal form', () => {
  const everything = {
    schema_version: 1,
    type: 'result',
    content: { b: 1, a: {}, c: null, d: [] },
    thread_id: 't',
    reply_to: 'r',
    correlation_id: 'co',
    causation_id: 'ca',
    recipient: 'demo:reviewer',
    dedupe_key: 'k',
    created_at: '2026-01-31T08:15:00Z',
    artifacts: [
      {
        uri: 'file:///a',
        name: 'a',
        media_type: 'text/plain',
        size_bytes: 1,
        sha256: 'ab'.repeat(32),
        metadata: { x: 1 },
      },
    ],
    metadata: { m: {} },
    extensions: { e: [] },
  };

  test('has its fields in the documented order, whatever the order in the request', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(Object.keys(everything), { minLength: 13 }), (keys) => {
        const input = Object.fromEntries(
          keys.map((key) => [key, everything[key as keyof typeof everything]]),
        );
        expect(JSON.stringify(validate(envelope, input))).toBe(JSON.stringify(everything));
      }),
    );
  });

  test('has the fields of artifacts in their order, too', () => {
    const [artifact] = everything.artifacts;
    const input = { ...minimal, artifacts: [Object.fromEntries(Object.entries(artifact ?? {}).reverse())] };
    expect(JSON.stringify(validate(envelope, input).artifacts)).toBe(JSON.stringify(everything.artifacts));
  });

  test('leaves out what is null or empty, but nothing inside the content', () => {
    const nothing = {
      ...{ thread_id: null, reply_to: null, correlation_id: null, causation_id: null, recipient: null },
      ...{ dedupe_key: null, created_at: null, artifacts: [], metadata: {}, extensions: {} },
    };
    const content = { a: null, b: {}, c: [] };
    expect(Object.keys(validate(envelope, { ...minimal, ...nothing, content }))).toEqual(
      Object.keys(minimal),
    );
    expect(validate(envelope, { ...minimal, ...nothing, content }).content).toEqual(content);
  });

  test('is its own normal form, and reads back from the canonical text', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (content) => {
        const text = canonicalJson(validate(envelope, { ...everything, content }));
        expect(canonicalJson(validate(envelope, JSON.parse(text)))).toBe(text);
      }),
    );
  });

  test('gives two requests that mean the same the same text', () => {
    const one = { ...minimal, artifacts: [{ uri: 'x', sha256: 'AB'.repeat(32) }], metadata: {} };
    const other = {
      recipient: null,
      artifacts: [{ sha256: 'ab'.repeat(32), name: null, uri: 'x' }],
      ...minimal,
    };
    expect(canonicalJson(validate(envelope, one))).toBe(canonicalJson(validate(envelope, other)));
  });

  test('does not change what the sender gave', () => {
    const input = { ...minimal, metadata: {}, artifacts: [{ uri: 'x', sha256: 'AB'.repeat(32) }] };
    const before = JSON.stringify(input);
    validate(envelope, input);
    expect(JSON.stringify(input)).toBe(before);
  });
});
