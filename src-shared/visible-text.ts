/** A stretch of a text: as it is, or one character that would not be seen, e.g. `U+202E`. */
export interface TextPart {
  text: string;
  hidden: boolean;
}

/**
 * Characters that hide or reorder what stands around them: controls, direction marks, zero-width and other ignorable
 * characters, lone surrogates, and blanks that look like a space but are none.
 */
const hiddenCharacter =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{a0}\u{1680}\u{2000}-\u{200a}\u{202f}\u{205f}\u{3000}]/u;

/**
 * The same in running text, where line feeds, tabs, blanks of any width and what shapes letters belong to what people
 * write: joiners, soft hyphens, variation selectors.
 */
const hiddenInText =
  /(?!\n|\t|\u{ad}|\u{200c}|\u{200d}|\u{fe0e}|\u{fe0f})[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** Within one whole emoji, joiners and variation selectors hide nothing. */
const emoji = /^\p{RGI_Emoji}$/v;

/**
 * `name` in parts, so that two names that look alike can be told apart and none can reorder the text around it. The
 * hidden characters are given as their code points, to be shown in a way that text in the name cannot imitate.
 */
export function visibleParts(name: string): TextPart[] {
  return partsOf(name, hiddenCharacter);
}

/** `name` where nothing can be drawn, such as in a title: `evil<U+202E>gnp.exe`. */
export function visibleName(name: string): string {
  return visibleParts(name)
    .map(({ text, hidden }) => (hidden ? `<${text}>` : text))
    .join('');
}

/**
 * A text of several lines in parts, so that it can neither reorder itself, nor steer a terminal, nor hide something. A
 * carriage return before a line feed is taken off, as text from Windows has it.
 */
export function visibleTextParts(text: string): TextPart[] {
  return partsOf(text.replaceAll('\r\n', '\n'), hiddenInText);
}

function partsOf(text: string, hidden: RegExp): TextPart[] {
  const parts: TextPart[] = [];
  // Most texts hide nothing, and to cut one into what people see as characters takes its time.
  if (!hidden.test(text)) {
    if (text !== '') addSeen(parts, text);
    return parts;
  }
  for (const { segment } of graphemes.segment(text)) {
    if (emoji.test(segment)) addSeen(parts, segment);
    else for (const character of segment) add(parts, character, hidden);
  }
  return parts;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

function add(parts: TextPart[], character: string, hidden: RegExp): void {
  if (hidden.test(character)) parts.push({ text: codePointName(character), hidden: true });
  else addSeen(parts, character);
}

function codePointName(character: string): string {
  const codePoint = character.codePointAt(0) ?? 0;
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
}

function addSeen(parts: TextPart[], text: string): void {
  const last = parts.at(-1);
  if (last && !last.hidden) last.text += text;
  else parts.push({ text, hidden: false });
}
