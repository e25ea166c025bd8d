import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Each of them takes a part of a second; one whose time grows faster than the text takes minutes. */
const limitMs = 60_000;

/** Has every parser read long texts. @returns the parser that did not come to an end, or undefined */
export async function findEndlessParser(): Promise<string | undefined> {
  const script = fileURLToPath(new URL('pumped-parsers.ts', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const limit = setTimeout(kill, limitMs);
  let last: string | undefined;
  createInterface({ input: child.stdout }).on('line', (name) => {
    last = name;
    limit.refresh();
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(limit);
  process.off('exit', kill);
  return code === 0 ? undefined : last;
}
