import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { Checkpointer, type CheckpointWorkerData } from '../../src-main/store/sqlite/checkpointer.ts';
import { openDatabase } from '../../src-main/store/sqlite/open.ts';
import { stopWorker } from '../../src-main/store/sqlite/stop-worker.ts';
import { workerFile } from '../../src-main/store/sqlite/worker-file.ts';
import { numbered } from '../contract/support.ts';
import { databaseOfTest, eventually } from './support.ts';
import { logBytes, logSalt } from './write-ahead-log.ts';

const room = { channel: 'room', sender: 'alice' };

/** SQLite's own checkpoint is put off as long as the worker is there to do it. */
const workerIsThere = 20_000;
const workerIsGone = 1_000;

function checkpointerOfTest(idleMs: number) {
  const { db } = openDatabase(databaseOfTest().path, 'full');
  const errors: unknown[] = [];
  const checkpointer = new Checkpointer(db, { onError: (error) => errors.push(error), idleMs });
  onTestFinished(async () => {
    await checkpointer.stop();
    db.close();
    expect(errors).toEqual([]);
  });
  const ownPages = () => db.pragma('wal_autocheckpoint', { simple: true });
  return { db, checkpointer, ownPages };
}

test('under steady writes the write-ahead log begins anew again and again instead of growing', async () => {
  const database = databaseOfTest();
  const errors: unknown[] = [];
  const store = await database.open({ durability: 'normal', onError: (error) => errors.push(error) });
  const beginnings = new Set<bigint>();
  let largest = 0;
  // The first few are SQLite's own doing, while the worker is still starting.
  while (beginnings.size < 15) {
    const drafts = numbered(16, 'x'.repeat(6_000)).map((content) => ({ ...room, content }));
    await Promise.all(drafts.map((draft) => store.append(draft)));
    beginnings.add(logSalt(database.path));
    largest = Math.max(largest, logBytes(database.path));
    // Somebody who writes without a pause can be faster than a worker that has to share its processor.
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(largest).toBeLessThan(60_000_000);
  }
  expect(errors).toEqual([]);
});

test('the worker comes when there is much to do, and goes when there is not', async () => {
  const { checkpointer, ownPages } = checkpointerOfTest(50);
  expect(ownPages()).toBe(workerIsGone);
  for (let commit = 0; commit < 100; commit++) checkpointer.committed();
  await eventually(() => ownPages() === workerIsThere);
  await eventually(() => ownPages() === workerIsGone);

  for (let commit = 0; commit < 200; commit++) checkpointer.committed();
  await eventually(() => ownPages() === workerIsThere);
});

test('no worker comes for a few commits', async () => {
  const { checkpointer, ownPages } = checkpointerOfTest(50);
  for (let commit = 0; commit < 99; commit++) checkpointer.committed();
  await checkpointer.stop();
  expect(ownPages()).toBe(workerIsGone);
});

test('stopping ends the worker and merges the log into the file', async () => {
  const database = databaseOfTest();
  const { db } = openDatabase(database.path, 'full');
  const checkpointer = new Checkpointer(db, { onError: () => undefined });
  db.exec(`INSERT INTO audit (timestamp, event) VALUES ('2026-01-01T00:00:00.000000Z', 'x')`);
  for (let commit = 0; commit < 100; commit++) checkpointer.committed();
  await checkpointer.stop();
  expect(logBytes(database.path)).toBe(0);
  expect(db.pragma('wal_autocheckpoint', { simple: true })).toBe(workerIsGone);
  db.close();
});

// A thread that is terminated in a native call, or while the library loads, aborts the whole process.
test.for(['online', 'message'])('the worker ends by itself, asked at its first %s', async (event) => {
  const { db, path } = openDatabase(databaseOfTest().path, 'full');
  onTestFinished(() => {
    db.close();
  });
  // Enough in the log for something to report.
  db.pragma('wal_autocheckpoint = 0');
  db.exec(
    `INSERT INTO audit (timestamp, event, detail) VALUES ('2026-01-01T00:00:00.000000Z', 'x', zeroblob(2000000))`,
  );
  const workerData: CheckpointWorkerData = { path, everyMs: 1 };
  const worker = new Worker(workerFile('checkpoint-worker'), { workerData });
  const exits: number[] = [];
  worker.once('exit', (code) => exits.push(code));
  await once(worker, event);
  await stopWorker(worker);
  expect(exits).toEqual([0]);
  await stopWorker(worker);
});
