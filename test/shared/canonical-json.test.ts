import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src-shared/canonical-json.ts';
import { utf8Bytes } from '../../src-shared/text.ts';

/** The canonical form of JSON text, as a request brings it. */
function canonical(json: string): string {
  return canonicalJson(JSON.parse(json));
}

/** Members in reverse order, at every level. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

describe('the canonical form', () => {
  test('of the sample is the text that 1.2.0 stored, 79 bytes', () => {
    const text = canonical(
      '{ "type": "task", "schema_version": 1, "dedupe_key": "k1", "content": {"b": 1, "a": "\\u00e9"} }',
    );
    expect(text).toBe('{"content":{"a":"é","b":1},"dedupe_key":"k1","schema_version":1,"type":"task"}');
    expect(utf8Bytes(text)).toBe(79);
  });

  test.each([
    ['null', 'null'],
    [' [ ] ', '[]'],
    ['{ }', '{}'],
    ['[1, [true, false], {"b": null, "a": []}]', '[1,[true,false],{"a":[],"b":null}]'],
  ])('of %s is %s', (json, text) => {
    expect(canonical(json)).toBe(text);
  });

  test.each([
    ['1.0', '1'],
    ['-0', '0'],
    ['-0.0', '0'],
    ['1e2', '100'],
    ['1E-7', '1e-7'],
    ['0.00001', '0.00001'],
    ['1e16', '10000000000000000'],
    ['1e20', '100000000000000000000'],
    ['1e21', '1e+21'],
    ['9007199254740993', '9007199254740992'],
    ['123456789012345678901234567890', '1.2345678901234568e+29'],
    ['0.1', '0.1'],
  ])('has numbers as JavaScript prints them: %s is %s', (json, text) => {
    expect(canonical(json)).toBe(text);
  });

  test.each([
    ['quotation mark and backslash', '"\\', '"\\"\\\\"'],
    ['controls with a short form', '\b\t\n\f\r', '"\\b\\t\\n\\f\\r"'],
    ['other controls', '\u0000\u001f\u000b', '"\\u0000\\u001f\\u000b"'],
    ['slash and angle brackets', '</a>', '"</a>"'],
    ['DEL, C1 controls and line separators', '\u007f\u0085\u2028\u2029', '"\u007f\u0085\u2028\u2029"'],
    ['beyond ASCII and beyond 16 bits', 'é😀', '"é😀"'],
  ])('escapes only what JSON requires: %s', (_, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test('sorts keys by code point, which is neither the order of UTF-16 nor that of numbers', () => {
    const keys = ['\u{1f600}', '\uff5e', '\ue000', 'é', 'a', 'Z', 'aa', '10', '9', ''];
    const text = canonicalJson(Object.fromEntries(keys.map((key) => [key, 0])));
    expect(text).toBe('{"":0,"10":0,"9":0,"Z":0,"a":0,"aa":0,"é":0,"\ue000":0,"\uff5e":0,"\u{1f600}":0}');
  });

  test('keeps the last of duplicate keys, as every parser of the bridge does', () => {
    expect(canonical('{"a":1,"b":2,"a":3}')).toBe('{"a":3,"b":2}');
  });

  test('keeps keys that mean something to JavaScript', () => {
    expect(canonical('{"toString":1,"__proto__":{"constructor":2}}')).toBe(
      '{"__proto__":{"constructor":2},"toString":1}',
    );
  });

  test('leaves out members that are undefined', () => {
    expect(canonicalJson({ b: undefined, a: { c: undefined } })).toBe('{"a":{}}');
  });

  test('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
      }),
    );
  });

  test('holds the same value, in the same form, when it is read again', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonical(text)).toBe(text);
      }),
    );
  });
});
