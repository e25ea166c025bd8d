import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { chooseProgramEntry } from '../support/program-entry.ts';
import type { Report } from './report.ts';
import { startRelay } from './servers/start.ts';

const scratch = mkdtempSync(join(tmpdir(), 'claude-bridge-bench-test-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const run = (...args: string[]) => promisify(execFile)(process.execPath, [path('run.ts'), ...args]);

describe('the benchmark', () => {
  it(
    'measures what it is asked for, writes it down and leaves nothing behind',
    { timeout: 60_000 },
    async () => {
      const [json, markdown] = [join(scratch, 'run.json'), join(scratch, 'run.md')];
      const short = ['--quick', '--rounds', '1', '--seconds', '0.05', '--only', 'send,wait,size'];
      const files = ['--json', json, '--markdown', markdown, '--scratch', scratch];
      await run(...short, ...files, '--program', chooseProgramEntry());

      const report = JSON.parse(readFileSync(json, 'utf8')) as Report;
      expect(Object.keys(report.scenarios)).toEqual(['send', 'wait', 'size']);
      for (const { aims } of Object.values(report.scenarios)) {
        for (const aim of aims) expect(aim.measured).toBeGreaterThan(0);
      }
      expect(readFileSync(markdown, 'utf8')).toContain('send : echo at 32 connections');
      expect(readdirSync(scratch).sort()).toEqual(['run.json', 'run.md']);
    },
  );

  it('puts the same load on a server that somebody else has started', { timeout: 60_000 }, async () => {
    await using relay = await startRelay({ program: chooseProgramEntry(), folder: scratch });
    const { host, port } = relay.address;
    const { stdout } = await run(
      ...['--quick', '--rounds', '1', '--seconds', '0.05', '--scratch', scratch],
      ...['--against', `http://${host}:${port}`],
    );
    expect(stdout).toContain('| receive, newest 50 |');
  });

  it('refuses a scenario that it does not have', async () => {
    await expect(run('--only', 'everything')).rejects.toThrow(/It must name some of: send/);
  });
});
