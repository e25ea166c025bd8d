import { describe, expect, test } from 'vitest';
import { excerpt } from '../../src-renderer/messages/excerpt.ts';
import { hasTerms, noTerms, readTerms } from '../../src-shared/messages/search-text.ts';

const said = (text: string, query: string, facts: [string, string][] = []) =>
  excerpt({ text, facts: facts.map(([label, value]) => ({ label, value, code: false })) }, query)
    .map((part) => (part.found ? `[${part.text}]` : part.text))
    .join('');

describe('what somebody writes to search', () => {
  test('is words and conditions, which may be quoted', () => {
    expect(
      readTerms('rounding from:orion in:demo:builds type:task is:unread before:2026-11-23 mode'),
    ).toEqual({
      q: 'rounding mode',
      channel: 'demo:builds',
      sender: 'orion',
      type: 'task',
      is: 'unread',
      before: '2026-11-23',
    });
    expect(readTerms('FROM:"two words"')).toEqual({ ...noTerms, sender: 'two words' });
  });

  test('keeps what only looks like a condition', () => {
    expect(readTerms('http://in:80 cabin:7 "from here"').q).toBe('http://in:80 cabin:7 "from here"');
    expect(hasTerms(readTerms('  '))).toBe(false);
    // These narrow, and need something to narrow.
    expect(hasTerms(readTerms('is:unread before:2026-11-23'))).toBe(false);
  });
});

describe('an excerpt', () => {
  test('marks words whatever their case and accents, from where they begin', () => {
    expect(said('The Café, a cafeteria, decaf', 'cafe')).toBe('The [Café], a [cafe]teria, decaf');
    expect(said('In a row', '"a row"')).toBe('In [a] [row]');
    expect(said('release it', 'rel*')).toBe('[rel]ease it');
  });

  test('shows the place where the first word stands, of a long text or among the fields', () => {
    const long = `${'before '.repeat(100)}needle${' after'.repeat(100)}`;
    expect(said(long, 'needle')).toMatch(/^… (before ){1,10}\[needle\]( after)+ …$/);
    expect(said('Words', 'services', [['Target', 'services/payments']])).toBe('Target: [services]/payments');
  });

  test('is the beginning where nothing is marked, and never half a character', () => {
    expect(said('line one\n line two', '')).toBe('line one line two');
    expect(said(`${'a'.repeat(239)}😀 more`, 'x').isWellFormed()).toBe(true);
    expect(said('İstanbul ﬁn', 'istanbul')).toBe('[İstanbul] ﬁn');
  });
});
