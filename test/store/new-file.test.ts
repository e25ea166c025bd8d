import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Watching } from '../contract/support.ts';
import { databaseOfTest, plainConnection } from './support.ts';

const hello = { channel: 'room', sender: 'alice', content: 'hello' };

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe.skipIf(process.platform === 'win32')('permissions', () => {
  test('a new file and its folders belong to their owner alone', async () => {
    const database = databaseOfTest();
    const folder = join(database.folder, 'new', 'newer');
    const umask = process.umask(0);
    const store = await database
      .open({ path: join(folder, 'bridge.db') })
      .finally(() => process.umask(umask));
    await store.append(hello);
    expect(readdirSync(folder).sort()).toEqual(['bridge.db', 'bridge.db-shm', 'bridge.db-wal']);
    for (const name of readdirSync(folder)) expect(modeOf(join(folder, name))).toBe('600');
    expect([modeOf(folder), modeOf(join(folder, '..'))]).toEqual(['700', '700']);
    expect(store.warnings).toEqual([]);
  });

  test('a strict umask does not lock the owner out', async () => {
    const database = databaseOfTest();
    const umask = process.umask(0o777);
    await database.open().finally(() => process.umask(umask));
    expect(modeOf(database.path)).toBe('600');
  });

  test('a file that others can read is left as it is and warned about', async () => {
    const database = databaseOfTest();
    await (await database.open()).close();
    chmodSync(database.path, 0o644);
    const store = await database.open();
    expect(store.warnings).toEqual([expect.stringContaining(database.path)]);
    expect(store.warnings[0]).toContain('0644');
    expect(modeOf(database.path)).toBe('644');
  });
});

test('the main file alone is complete once the store is closed', async () => {
  const database = databaseOfTest();
  const store = await database.open();
  const appending = Array.from({ length: 3_000 }, (_, index) =>
    store.append({ ...hello, content: `message ${index}` }),
  );
  await Promise.all(appending);
  await store.close();
  expect(existsSync(`${database.path}-wal`)).toBe(false);
  const copy = join(database.folder, 'copy.db');
  copyFileSync(database.path, copy);
  const connection = plainConnection(copy);
  expect(connection.prepare('SELECT count(*) FROM messages').pluck().get()).toBe(3_000);
  expect(connection.pragma('integrity_check', { simple: true })).toBe('ok');
});

test('the main file alone is complete once the last of two stores is closed', async () => {
  const database = databaseOfTest();
  const [store, other] = [await database.open(), await database.open()];
  await store.append(hello);
  await store.close();
  await other.append(hello);
  await other.close();
  const copy = join(database.folder, 'copy.db');
  copyFileSync(database.path, copy);
  expect(plainConnection(copy).prepare('SELECT count(*) FROM messages').pluck().get()).toBe(2);
});

test.skipIf(process.platform === 'win32')(
  'writes of others are noticed through a symbolic link to the file, without polling',
  async () => {
    const database = databaseOfTest();
    await (await database.open()).close();
    mkdirSync(join(database.folder, 'elsewhere'));
    const link = join(database.folder, 'elsewhere', 'link.db');
    symlinkSync(database.path, link);
    const store = await database.open({ path: link, pollMs: () => 1_000_000 });
    const watching = new Watching(store);
    plainConnection(database.path).exec(
      `INSERT INTO messages (id, channel, sender, content, timestamp)
       VALUES ('1', 'room', 'alice', 'hello', '2026-01-01T00:00:00.000000Z')`,
    );
    await watching.count(1);
    expect(watching.changes).toMatchObject([{ message: { id: '1' } }]);
  },
);
