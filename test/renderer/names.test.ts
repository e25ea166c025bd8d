import { describe, expect, test } from 'vitest';
import { senderColour, senderLetters } from '../../src-renderer/text/sender.ts';
import { visibleName, visibleParts } from '../../src-shared/visible-text.ts';

/** The parts of `name` in one line, hidden characters in brackets. */
const shown = (name: string) =>
  visibleParts(name)
    .map(({ text, hidden }) => (hidden ? `[${text}]` : text))
    .join('');

describe('a name that somebody else chose', () => {
  test.each([
    ['a direction override', 'evil\u202egnp.exe', 'evil[U+202E]gnp.exe'],
    ['a zero-width space', 'pay\u200bments', 'pay[U+200B]ments'],
    ['a no-break space', 'pay\u00a0pal', 'pay[U+00A0]pal'],
    ['a soft hyphen', 'a\u00adb', 'a[U+00AD]b'],
    ['a Hangul filler', '\u3164', '[U+3164]'],
    ['a character of the supplementary tags', 'x\u{e0041}', 'x[U+E0041]'],
    ['a lone surrogate', 'x\ud800y', 'x[U+D800]y'],
    ['a line separator', 'a\u2028b', 'a[U+2028]b'],
    ['a joiner that hides behind an emoji', '😀\u200d', '😀[U+200D]'],
  ])('shows %s', (_what, name, expected) => expect(shown(name)).toBe(expected));

  test.each(['payments:worker', 'قناة', '偶数丸め', '👩‍💻 dev', '❤️', 'Ünïcode', '<b>bold</b>', ''])(
    'leaves %j as it is',
    (name) => expect(shown(name)).toBe(name),
  );

  test('is told in one line where nothing can be drawn', () => {
    expect(visibleName('evil\u202egnp.exe')).toBe('evil<U+202E>gnp.exe');
    expect(visibleName('payments:worker')).toBe('payments:worker');
  });

  test('cannot imitate a hidden character, because those are parts of their own', () => {
    expect(visibleParts('a U+202E')).toEqual([{ text: 'a U+202E', hidden: false }]);
  });
});

describe('the tile of a sender', () => {
  test.each([
    ['mac-worker', 'Mw'],
    ['windows-orchestrator', 'Wo'],
    ['desk', 'De'],
    ['x', 'X'],
    ['\u202e\u200b', '?'],
  ])('%j has the letters %s', (name, letters) => expect(senderLetters(name)).toBe(letters));

  test('takes its colour from FNV-1a of the name', () => {
    // Published test vectors of 32-bit FNV-1a: "" 811c9dc5, "a" e40c292c, "foobar" bf9cf968.
    expect(['', 'a', 'foobar'].map(senderColour)).toEqual([0x5, 0x4, 0x0]);
  });
});
