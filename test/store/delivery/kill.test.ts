import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { databaseOfTest } from '../support.ts';

const script = fileURLToPath(new URL('./keyed-sender.ts', import.meta.url));
const senders = 16;
const each = 40;
const cycles = 4;

/** Lets the senders start over, each key again, and kills them after so many answers. Returns what was answered. */
async function sendUntil(path: string, answers: number): Promise<Map<string, string>> {
  const child = spawn(process.execPath, [script, path, String(senders), String(each)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const ended = once(child, 'close');
  const answered = new Map<string, string>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [content = '', id = ''] = line.split(' ');
    if (id.length === 36) answered.set(content, id);
    if (answered.size >= answers) child.kill('SIGKILL');
  });
  await ended;
  return answered;
}

test('sends that are repeated after a kill are stored once, under the id that was answered first', async () => {
  const database = databaseOfTest();
  const known = new Map<string, string>();
  for (let cycle = 1; cycle <= cycles; cycle++) {
    const isLast = cycle === cycles;
    const answered = await sendUntil(
      database.path,
      isLast ? Infinity : (cycle * senders * each) / (cycles * 2),
    );
    for (const [content, id] of answered) {
      expect(known.get(content) ?? id).toBe(id);
      known.set(content, id);
    }
  }
  const store = await database.open();
  const stored = await store.after('room', 0, senders * each * 2);
  expect(stored).toHaveLength(senders * each);
  expect(new Map(stored.map(({ content, id }) => [content, id]))).toEqual(known);
}, 60_000);
