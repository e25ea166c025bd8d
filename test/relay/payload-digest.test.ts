import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { payloadDigests } from '../../src-main/relay/payload-digest.ts';

const sample = '{"content":{"a":"é","b":1},"dedupe_key":"k1","schema_version":1,"type":"task"}';

describe('the digests of a payload', () => {
  test('include the one that 1.2.0 wrote for the same content', () => {
    expect(payloadDigests(sample).v1).toBe(
      'f9a7a2c1e6d2a49c3303718fda8dca3f6c55f63e2584098d237185eaf66ab4b3',
    );
  });

  test('name the version in what is hashed, so that no content has the same digest in both', () => {
    const { v2 } = payloadDigests(sample);
    expect(v2).toBe(createHash('sha256').update(`claude-bridge payload v2\0${sample}`, 'utf8').digest('hex'));
    expect(v2).not.toBe(payloadDigests(sample).v1);
  });

  test('fit the column of 64 characters, whatever the content', () => {
    for (const content of ['x', sample, 'é😀'.repeat(20_000)]) {
      for (const digest of Object.values(payloadDigests(content))) expect(digest).toMatch(/^[0-9a-f]{64}$/);
    }
  });
});
