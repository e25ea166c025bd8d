import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ChangeWatcher } from '../../src-main/store/sqlite/change-watcher.ts';
import { databaseOfTest, plainConnection } from './support.ts';

/** Resolves when it has been called so many times. */
function calls(times: number) {
  let count = 0;
  let resolve: () => void = () => undefined;
  const enough = new Promise<void>((resolver) => (resolve = resolver));
  const call = () => {
    if (++count === times) resolve();
  };
  return { call, enough, count: () => count };
}

test('where the file system reports nothing, it looks again and again', async () => {
  const { folder } = databaseOfTest();
  const looks = calls(5);
  const path = join(folder, 'missing', 'bridge.db');
  const watcher = new ChangeWatcher({ path, look: looks.call, pollMs: () => 5 });
  onTestFinished(() => watcher.stop());
  watcher.start();
  await looks.enough;
});

test('it looks several times after a write, because that is reported before the commit can be seen', async () => {
  const { path } = databaseOfTest();
  const connection = plainConnection(path);
  connection.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x)');
  const looks = calls(5);
  const watcher = new ChangeWatcher({ path, look: looks.call, pollMs: () => 1_000_000 });
  onTestFinished(() => watcher.stop());
  watcher.start();
  connection.exec('INSERT INTO t VALUES (1)');
  await looks.enough;
});

test('it never looks again once it is stopped', async () => {
  const { path } = databaseOfTest();
  const connection = plainConnection(path);
  connection.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x)');
  const [stopped, running] = [calls(1), calls(5)];
  const watchers = [stopped, running].map(({ call }) => {
    const watcher = new ChangeWatcher({ path, look: call, pollMs: () => 5 });
    onTestFinished(() => watcher.stop());
    watcher.start();
    return watcher;
  });
  watchers[0]?.stop();
  connection.exec('INSERT INTO t VALUES (1)');
  await running.enough;
  expect(stopped.count()).toBe(0);
});

test('while it is told of many commits it looks often by itself, and watches again afterwards', async () => {
  const { path } = databaseOfTest();
  const connection = plainConnection(path);
  connection.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x)');
  let looks = 0;
  let looked: () => void = () => undefined;
  const nextLook = () => new Promise<void>((resolve) => (looked = resolve));
  const watcher = new ChangeWatcher({
    path,
    look: () => {
      looks++;
      looked();
    },
    // After the first poll, which weighs the commits, the poll alone would never look again.
    pollMs: () => (looks === 0 ? 250 : 1_000_000),
  });
  onTestFinished(() => watcher.stop());
  watcher.start();
  for (let i = 0; i < 1_000; i++) watcher.committed();
  while (looks < 10) await nextLook();

  // It stays busy for some forty looks; so many more can only come from reports of these writes.
  while (looks < 150) {
    connection.exec('INSERT INTO t VALUES (1)');
    await nextLook();
  }
});
