import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { keyGroups, typingKeys } from '../src-main/cli/tui/keys.ts';
import { code, row } from './markdown.ts';
import { startSampleRelay, type SampleRelay } from './sample-relay.ts';

/**
 * Writes the generated parts of docs/terminal.md: the keys, and what the screen shows of the sample conversation, from a
 * real terminal. It needs a build and tmux; the keys alone can be had without.
 */

export const terminalFile = new URL('../docs/terminal.md', import.meta.url);

const program = fileURLToPath(new URL('../dist/main/cli.js', import.meta.url));

/** The tables of keys. */
export function keysPart(): string {
  const tables = keyGroups.map(({ title, bindings }) => table(title, bindings));
  return [...tables, table('While typing', typingKeys)].join('\n\n');
}

function table(title: string, rows: readonly { shown: string; does: string }[]): string {
  const lines = rows.map(({ shown, does }) => row([shown.split(' ').map(code).join(' '), does]));
  return [`### ${title}`, '', '| key | what it does |', '| --- | --- |', ...lines].join('\n');
}

/** `page` with another text between the marks of a part. */
export function withPart(page: string, part: string, text: string): string {
  const [begin, end] = [`<!-- ${part} -->`, `<!-- end of ${part} -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < 0) throw new Error(`docs/terminal.md has no part ${part}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}

interface Capture {
  part: string;
  columns: number;
  rows: number;
  /** Keys, and what is to be seen before the next. */
  steps: readonly { keys: readonly string[]; shows: string }[];
}

const captures: readonly Capture[] = [
  {
    part: 'medium screen',
    columns: 120,
    rows: 34,
    steps: [{ keys: ['i'], shows: 'CONTENT, JSON' }],
  },
  {
    part: 'narrow screen',
    columns: 80,
    rows: 24,
    steps: [
      { keys: ['R'], shows: 'Answers' },
      { keys: ['-l', 'Thank you. Please open a pull request.'], shows: 'pull request.' },
    ],
  },
];

const server = `claude-bridge-docs-${process.pid}`;

function tmux(...args: string[]): string {
  return execFileSync('tmux', ['-L', server, ...args], { encoding: 'utf8' });
}

async function captured(relay: SampleRelay, { columns, rows, steps }: Capture): Promise<string> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    TERM: 'screen-256color',
    LANG: 'C.UTF-8',
    CLAUDE_BRIDGE_URL: relay.url,
    CLAUDE_BRIDGE_TOKEN: relay.token,
    CLAUDE_BRIDGE_SENDER: 'windows-orchestrator',
  };
  tmux(
    ...['-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(rows)],
    ...['env', '-i', ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
    ...[process.execPath, program, 'tui', 'payments:worker'],
  );
  try {
    // The last one is there when who has read the messages is.
    let text = await shown('●', '119 passed', '✔', /RESULT +·/);
    for (const { keys, shows } of steps) {
      tmux('send-keys', ...keys);
      text = await shown(shows);
    }
    const { host } = new URL(relay.url);
    return text.replaceAll(host, '127.0.0.1:8765'.padEnd(host.length)).trimEnd();
  } finally {
    spawnSync('tmux', ['-L', server, 'kill-server']);
  }
}

async function shown(...wanted: (string | RegExp)[]): Promise<string> {
  for (let tries = 0; tries < 400; tries++) {
    const text = tmux('capture-pane', '-p').replaceAll(/[ \t]+$/gm, '');
    if (wanted.every((one) => (typeof one === 'string' ? text.includes(one) : one.test(text)))) return text;
    await pause(50);
  }
  throw new Error(`the screen does not show ${wanted.join(', ')}`);
}

if (import.meta.main) {
  let page = withPart(readFileSync(terminalFile, 'utf8'), 'keys', keysPart());
  for (const capture of captures) {
    await using relay = await startSampleRelay();
    page = withPart(page, capture.part, `\`\`\`text\n${await captured(relay, capture)}\n\`\`\``);
  }
  writeFileSync(terminalFile, page);
}
