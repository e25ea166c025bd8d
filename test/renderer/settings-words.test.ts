import { expect, test } from 'vitest';
import { browserName } from '../../src-renderer/text/browser-name.ts';
import { labels } from '../../src-renderer/views/settings/labels.ts';
import { retentionInWords } from '../../src-renderer/views/settings/retention-words.ts';
import { inWords, readValue, reading } from '../../src-renderer/views/settings/setting-text.ts';
import { bytes } from '../../src-shared/numbers.ts';
import { definitionOf, settingKeys } from '../../src-shared/settings.ts';

const now = Date.parse('2026-11-22T12:00:00Z');

function kept(days: number, messages: number, more = false, next = '2026-11-22T12:30:00Z'): string {
  const expiring = { before: '2026-10-23T12:00:00Z', messages, more };
  return retentionInWords(days, { expiring, next_sweep_at: next }, now).sentence;
}

test('what a retention deletes is said in numbers, with when', () => {
  expect(kept(0, 0)).toBe('Nothing is deleted.');
  expect(kept(30, 0)).toBe('Nothing is older than 23 October.');
  expect(kept(30, 1_240)).toMatch(
    /^1,240 messages older than 23 October will be deleted at \d\d:\d\d, read or not\.$/,
  );
  expect(kept(30, 1, false, '2026-11-22T11:59:00Z')).toBe(
    '1 message older than 23 October will be deleted now, read or not.',
  );
  expect(kept(30, 100_000, true)).toMatch(/^More than 100,000 messages/);
});

test('values are read and said as people write them', () => {
  expect(readValue(definitionOf('port'), '9000')).toBe(9000);
  expect(readValue(definitionOf('port'), '1e3')).toBe('1e3');
  expect(readValue(definitionOf('port'), '')).toBeNull();
  expect(readValue(definitionOf('tlsCert'), '9000')).toBe('9000');
  expect(inWords(definitionOf('retentionDays'), 7)).toBe('7 days');
  expect(inWords(definitionOf('auditLog'), false)).toBe('off');
  expect(inWords(definitionOf('tlsCert'), null)).toBe('unset');
  expect(reading({ key: 'maxRequestBytes', value: 262_144 })).toBe('256 KB');
  expect(reading({ key: 'tokenGraceSeconds', value: 3_600 })).toBe('1 h 0 min');
  expect(reading({ key: 'maxSse', value: 100 })).toBeUndefined();
  expect([512, 131_072, 60_000_000].map(bytes)).toEqual(['512 bytes', '128 KB', '57.2 MB']);
});

test('no two settings are called the same', () => {
  expect(new Set(Object.values(labels)).size).toBe(settingKeys.length);
});

test('browsers are called by their name and system', () => {
  const chrome =
    'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36';
  expect(browserName(chrome)).toBe('Chrome on Linux');
  expect(browserName(`${chrome} Edg/140.0`)).toBe('Edge on Linux');
  expect(browserName('Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0')).toBe(
    'Firefox on Windows',
  );
  expect(browserName('curl/8.5')).toBe('curl/8.5');
  expect(browserName('')).toBe('A browser that does not say which');
});
