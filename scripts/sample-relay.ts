import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sampleExport, sampleId, sampleReceipts } from './sample-conversation.ts';

const program = fileURLToPath(new URL('../dist/main/cli.js', import.meta.url));

/** A relay of this build on a free port, with a data directory of its own. */
export interface SampleRelay extends AsyncDisposable {
  url: string;
  /** Has every right. */
  token: string;
  stop: () => Promise<void>;
}

/** Starts a relay that holds the sample conversation. */
export async function startSampleRelay(env: Record<string, string> = {}): Promise<SampleRelay> {
  const home = mkdtempSync(join(tmpdir(), 'claude-bridge-sample-'));
  const first = await start(home, env);
  const imported = await fetch(`${first.url}/api/import`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-ndjson', Authorization: `Bearer ${first.token}` },
    body: sampleExport(Date.now()),
  });
  if (!imported.ok) throw new Error(await imported.text());
  await first.stop();
  addReceipts(join(home, 'claude-bridge.db'));
  const relay = await start(home, env);
  return {
    ...relay,
    [Symbol.asyncDispose]: async () => {
      await relay.stop();
      rmSync(home, { recursive: true });
    },
  };
}

/** An empty relay. */
export async function startEmptyRelay(env: Record<string, string> = {}): Promise<SampleRelay> {
  const home = mkdtempSync(join(tmpdir(), 'claude-bridge-sample-'));
  const relay = await start(home, env);
  return {
    ...relay,
    [Symbol.asyncDispose]: async () => {
      await relay.stop();
      rmSync(home, { recursive: true });
    },
  };
}

async function start(
  home: string,
  env: Record<string, string>,
): Promise<Omit<SampleRelay, typeof Symbol.asyncDispose>> {
  const child = spawn(process.execPath, [program, '--port', '0'], {
    env: { PATH: process.env['PATH'], CLAUDE_BRIDGE_HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // The banner is printed when everything is ready.
  await once(child.stdout, 'data');
  child.stdout.resume();
  const { url, token } = JSON.parse(readFileSync(join(home, 'runtime/relay.json'), 'utf8')) as Pick<
    SampleRelay,
    'url' | 'token'
  >;
  return {
    url,
    token,
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}

/** Receipts are no part of an export, so they are written as the relay writes them. */
function addReceipts(path: string): void {
  const database = new DatabaseSync(path);
  const insert = database.prepare(
    `INSERT INTO relay_events (id, channel, type, removed, after_seq, timestamp, consumer, first_seq, last_seq)
     SELECT 'receipt-' || ?, channel, ?, 0, (SELECT max(seq) FROM messages), ?, ?, seq, seq FROM messages WHERE id = ?`,
  );
  for (const [index, { message, consumer, kind, minutesAgo }] of sampleReceipts.entries()) {
    const timestamp = new Date(Date.now() - minutesAgo * 60_000).toISOString().replace('Z', '000Z');
    insert.run(index, kind, timestamp, consumer, sampleId(message));
  }
  database.close();
}
