import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const probe = fileURLToPath(new URL('./memory-probe.ts', import.meta.url));

// A kept stream or answer would be thousands of bytes per call.
test(
  'a long-lived session keeps nothing of its calls, answered or abandoned',
  { timeout: 60_000 },
  async () => {
    const run = promisify(execFile)(process.execPath, ['--expose-gc', probe, '20000', '4000']);
    const report = JSON.parse((await run).stdout) as { answered: number; abandoned: number };
    expect(report.answered).toBeLessThan(200);
    expect(report.abandoned).toBeLessThan(300);
  },
);
