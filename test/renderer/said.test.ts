import { describe, expect, test } from 'vitest';
import { folded, saidParts } from '../../src-renderer/messages/said.ts';

const shown = (text: string) => saidParts(text).map((part) => `${part.kind}:${part.text}`);

describe('a text', () => {
  test.each([
    ['plain <b>words</b>', ['words:plain <b>words</b>']],
    ['run `npm test` now', ['words:run ', 'code:npm test', 'words: now']],
    ['```js\nlet a\n```', ['block:let a']],
    ['a ``` b', ['words:a ``` b']],
    [
      'see (https://docs.example/a(b)?c=1).',
      ['words:see (', 'link:https://docs.example/a(b)?c=1', 'words:).'],
    ],
    ['javascript:alert(1) data:text/html,x', ['words:javascript:alert(1) data:text/html,x']],
    ['https://evil.example/"><script>', ['link:https://evil.example/', 'words:"><script>']],
    ['', []],
  ])('%j has the parts %j', (text, parts) => expect(shown(text)).toEqual(parts));

  test('loses nothing', () => {
    const text = 'a `b` c https://d.example, `e\n f` https://g.example/h. i';
    expect(
      saidParts(text)
        .map(({ kind, text: part }) => (kind === 'code' ? `\`${part}\`` : part))
        .join(''),
    ).toBe(text);
  });

  test('is folded after twelve lines or 1200 characters, never within a character', () => {
    const lines = Array.from({ length: 14 }, (_, index) => `line ${index}`).join('\n');
    expect(folded(lines)).toEqual({
      shown: lines.split('\n').slice(0, 12).join('\n'),
      more: 'Show 2 more lines',
    });
    expect(folded('x'.repeat(1_200)).more).toBeUndefined();
    expect(folded('x'.repeat(2_000))).toEqual({ shown: 'x'.repeat(1_200), more: 'Show all 2000 characters' });
    expect(folded(`${'x'.repeat(1_199)}😀tail`).shown).toBe('x'.repeat(1_199));
  });
});
