/**
 * How Windows reads a command line, as its documentation describes it, because the tests do not run there: the phases
 * of cmd that matter at a prompt, the C library's rules for words, and PowerShell's single-quoted texts.
 */

/** The words that a program gets when `line` is typed at the prompt of cmd. */
export function cmdArguments(line: string, env: Readonly<Record<string, string>> = {}): string[] {
  return splitLikeTheCLibrary(withoutCarets(expanded(line, env)));
}

/**
 * Variables come first, inside quotation marks too, as `%NAME%` or `%NAME:old=new%`. At a prompt, what is not set
 * stays as it is, and the search goes on behind its first percent sign.
 */
function expanded(line: string, env: Readonly<Record<string, string>>): string {
  const start = line.indexOf('%');
  if (start < 0) return line;
  const before = line.slice(0, start);
  const [whole = '', name = ''] = /^%([^%:]+)(?::[^%=]+=[^%]*)?%/.exec(line.slice(start)) ?? [];
  const value = env[name];
  if (value === undefined) return `${before}%${expanded(line.slice(start + 1), env)}`;
  return before + value + expanded(line.slice(start + whole.length), env);
}

/** A caret takes the meaning from the next sign, but not inside quotation marks. */
function withoutCarets(line: string): string {
  let text = '';
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const sign = line.charAt(at);
    if (sign === '^' && !quoted) {
      at += 1;
      text += line.charAt(at);
      continue;
    }
    if (!quoted && /[&|<>()]/.test(sign)) throw new Error(`cmd would take ${sign} for its own in: ${line}`);
    if (sign === '"') quoted = !quoted;
    text += sign;
  }
  return text;
}

/** See "Parsing C command-line arguments" in the documentation of the Microsoft C++ compiler. */
function splitLikeTheCLibrary(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const backslashes = /^\\*/.exec(line.slice(at))?.[0].length ?? 0;
    const next = line.charAt(at + backslashes);
    if (next === '"') {
      word = (word ?? '') + '\\'.repeat(Math.floor(backslashes / 2));
      at += backslashes;
      if (backslashes % 2 === 1) {
        word += '"';
      } else if (quoted && line.charAt(at + 1) === '"') {
        word += '"';
        at += 1;
      } else {
        quoted = !quoted;
      }
    } else if (backslashes > 0) {
      word = (word ?? '') + '\\'.repeat(backslashes);
      at += backslashes - 1;
    } else if (!quoted && (next === ' ' || next === '\t')) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + next;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** The text of a word in PowerShell. Any two of its quotation marks in a row are one, any other ends the text. */
export function powerShellText(word: string): string {
  const [, inside] = /^'((?:[^'‘’‚‛]|['‘’‚‛]{2})*)'$/.exec(word) ?? [];
  if (inside === undefined) throw new Error(`PowerShell would not end this text where we do: ${word}`);
  return inside.replace(/(['‘’‚‛])['‘’‚‛]/g, '$1');
}
