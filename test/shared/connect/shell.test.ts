import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandLine, quote } from '../../../src-shared/connect/shell.ts';
import { cmdArguments, powerShellText } from './windows-shells.ts';

const words = fc.array(
  fc.string({ unit: 'grapheme' }).filter((text) => !/[\0\r\n]/.test(text)),
  { minLength: 1, maxLength: 10 },
);

/** Texts made of what shells find special, which random ones seldom hold. */
const awkward = fc.array(
  fc.string({ unit: fc.constantFrom(...Array.from(` "'\\%^&|<>()!$\`{}[]*?~#;,=-a1`)) }),
  {
    minLength: 1,
    maxLength: 5,
  },
);

describe('a POSIX shell', () => {
  function wordsOf(line: string): string[] {
    const script = `show() { printf '%s\\0' "$@"; }\n${line}`;
    return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
  }

  test.each([['random', words] as const, ['awkward', awkward] as const])('hands %s words on', (_, texts) => {
    fc.assert(
      fc.property(texts, (given) => {
        expect(wordsOf(commandLine('posix', ['show', ...given]))).toEqual(given);
      }),
      { numRuns: 20 },
    );
  });

  test('brackets are quoted, because zsh would look for files named like an IPv6 address', () => {
    expect(quote('posix', 'http://[::1]:8765/mcp')).toBe(`'http://[::1]:8765/mcp'`);
  });

  test('plain words are left plain', () => {
    const plain = ['claude', '--scope', 'http://127.0.0.1:8765/mcp', 'A=b', '/home/ada/cli.js', '--'];
    expect(commandLine('posix', plain)).toBe(plain.join(' '));
  });
});

describe('cmd', () => {
  test.each([
    [`C:\\Program Files\\nodejs\\node.exe`, `"C:\\Program Files\\nodejs\\node.exe"`],
    [`C:\\Users\\ada\\cli.js`, `C:\\Users\\ada\\cli.js`],
    [`C:\\a b\\`, `"C:\\a b\\\\"`],
    ['Authorization: Bearer ${CLAUDE_BRIDGE_TOKEN}', '"Authorization: Bearer ${CLAUDE_BRIDGE_TOKEN}"'],
    ['A=b&c', '"A=b&c"'],
    ['100%', '^"100^%^"'],
    ['say "hi"', '^"say \\^"hi\\^"^"'],
  ])('%s becomes %s', (word, line) => {
    expect(quote('cmd', word)).toBe(line);
  });

  test.each([['random', words] as const, ['awkward', awkward] as const])('hands %s words on', (_, texts) => {
    fc.assert(
      fc.property(texts, (given) => {
        const env = { PATH: 'expanded', a: 'expanded', A1: 'expanded' };
        expect(cmdArguments(commandLine('cmd', ['show.exe', ...given]), env)).toEqual(['show.exe', ...given]);
      }),
      { numRuns: 300 },
    );
  });

  test('a variable is filled in', () => {
    const line = commandLine('cmd', ['show.exe', { text: 'Authorization: Bearer ', variable: 'TOKEN' }]);
    expect(cmdArguments(line, { TOKEN: 'cb_a' })).toEqual(['show.exe', 'Authorization: Bearer cb_a']);
  });
});

describe('PowerShell', () => {
  test.each([
    [`C:\\Program Files\\nodejs\\node.exe`, `'C:\\Program Files\\nodejs\\node.exe'`],
    [`C:\\Users\\ada\\cli.js`, `C:\\Users\\ada\\cli.js`],
    ['Authorization: Bearer ${CLAUDE_BRIDGE_TOKEN}', `'Authorization: Bearer \${CLAUDE_BRIDGE_TOKEN}'`],
    [`it's`, `'it''s'`],
    ['it’s', `'it’’s'`],
    ['@{a}', `'@{a}'`],
    ['a,b', `'a,b'`],
    // Scripts, which is what npm installs, would not get it.
    ['--', `'--'`],
    ['--scope', '--scope'],
  ])('%s becomes %s', (word, line) => {
    expect(quote('powershell', word)).toBe(line);
  });

  test('a quoted text is read back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from(`'‘’‚‛ab "$\``)) }), (text) => {
        expect(powerShellText(quote('powershell', `${text} `))).toBe(`${text} `);
      }),
    );
  });

  test('a variable is left for PowerShell to fill in', () => {
    const word = { text: 'Authorization: Bearer ', variable: 'TOKEN' };
    expect(commandLine('powershell', ['claude', word])).toBe('claude "Authorization: Bearer $env:TOKEN"');
  });
});
