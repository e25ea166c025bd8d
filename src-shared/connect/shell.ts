/** Who reads a command line. */
export type Shell = 'posix' | 'powershell' | 'cmd';

/** A word of a command line as the program is to get it; or text with the value of a variable behind it. */
export type Word = string | { text: string; variable: string };

/** `words` as one line for `shell`. The first one is a program that is found by its name. */
export function commandLine(shell: Shell, words: readonly Word[]): string {
  return words
    .map((word) => (typeof word === 'string' ? quote(shell, word) : withVariable(shell, word)))
    .join(' ');
}

/** `word` as `shell` takes it literally. */
export function quote(shell: Shell, word: string): string {
  switch (shell) {
    case 'posix':
      return quoteForPosix(word);
    case 'powershell':
      return quoteForPowerShell(word);
    case 'cmd':
      return quoteForCmd(word);
  }
}

/** Brackets count as special: zsh would look for files named like `http://[::1]`. */
function quoteForPosix(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * A bare `--` is quoted, because PowerShell keeps it from scripts, which is what npm installs. Double quotes inside a
 * word reach programs only from PowerShell 7.3 on; no word of ours has them.
 */
function quoteForPowerShell(word: string): string {
  if (/^[\w./\\:=+-]+$/.test(word) && word !== '--') return word;
  // Typographic quotes end a text as well as plain ones.
  return `'${word.replace(/['‘’‚‛]/g, '$&$&')}'`;
}

/**
 * For the prompt; a batch file would need `%%`. Programs cut their command line into words themselves, by the rules of
 * the C library. A percent sign cannot be quoted, and a quotation mark would end the quoting of what follows, so words
 * with either are escaped sign by sign. So is what follows a percent sign, which makes it the name of no variable.
 */
function quoteForCmd(word: string): string {
  if (/^[\w.:/\\+@-]+$/.test(word)) return word;
  // Backslashes count only in front of a quotation mark, the closing one included.
  const quoted = `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
  return /["%]/.test(word) ? quoted.replace(/[()%!^"<>&|]|(?<=%)./gu, '^$&') : quoted;
}

function withVariable(shell: Shell, { text, variable }: { text: string; variable: string }): string {
  switch (shell) {
    case 'posix':
      return `"${text}$${variable}"`;
    case 'powershell':
      return `"${text}$env:${variable}"`;
    case 'cmd':
      return `"${text}%${variable}%"`;
  }
}
