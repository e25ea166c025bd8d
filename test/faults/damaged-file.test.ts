import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SqliteStore } from '../../src-main/store/sqlite/sqlite-store.ts';
import { beginning } from '../contract/support.ts';
import { databaseOfTest, plainConnection, type ScratchDatabase } from '../store/support.ts';
import { StoreProcess } from './store-process.ts';

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

async function filledDatabase(): Promise<ScratchDatabase> {
  const database = databaseOfTest();
  const store = await database.open();
  const drafts = Array.from({ length: 400 }, (_, index) => ({
    channel: `room ${index % 3}`,
    sender: 'alice',
    content: `message ${index} `.padEnd(200, '.'),
  }));
  await Promise.all(drafts.map((draft) => store.append(draft)));
  await store.clear('room 2');
  await store.close();
  return database;
}

function refusal(code: string, path: string, why: string) {
  return expect.objectContaining({
    name: 'BridgeError',
    code,
    message: `cannot open the database ${path}: ${why}`,
  }) as Error;
}

describe('a database that cannot be opened is one sentence', () => {
  test('when it is no database', () => {
    const database = databaseOfTest();
    writeFileSync(database.path, 'these are not the bytes of a database, but more than a few '.repeat(100));
    expect(() => database.open()).toThrow(
      refusal('storage_corrupt', database.path, 'the file is not a SQLite database'),
    );
  });

  test('when its header is garbage', async () => {
    const database = await filledDatabase();
    const bytes = readFileSync(database.path);
    bytes.fill(0xa5, 0, 100);
    writeFileSync(database.path, bytes);
    expect(() => database.open()).toThrow(
      refusal('storage_corrupt', database.path, 'the file is not a SQLite database'),
    );
  });

  test.for([4_096, 20_000])('when it ends after %i bytes', async (length) => {
    const database = await filledDatabase();
    truncateSync(database.path, length);
    expect(() => database.open()).toThrow(
      refusal('storage_corrupt', database.path, 'the database is damaged'),
    );
  });

  test.for(['sqlite_sequence', 'relay_channels', 'relay_migrations'])(
    'when its table %s is garbage',
    async (table) => {
      const database = await filledDatabase();
      const connection = plainConnection(database.path);
      const page = connection
        .prepare<[string], number>('SELECT rootpage FROM sqlite_master WHERE name = ?')
        .pluck();
      const start = ((page.get(table) ?? 0) - 1) * 4_096;
      connection.close();
      const bytes = readFileSync(database.path);
      bytes.fill(0xa5, start, start + 4_096);
      writeFileSync(database.path, bytes);
      expect(() => database.open()).toThrow(
        refusal('storage_corrupt', database.path, 'the database is damaged'),
      );
    },
  );

  test('when it is a folder', () => {
    const database = databaseOfTest();
    mkdirSync(database.path);
    expect(() => database.open()).toThrow(refusal('storage_failed', database.path, 'it is not a file'));
  });

  test('when its folder is a file', () => {
    const database = databaseOfTest();
    writeFileSync(database.path, 'a file');
    const path = join(database.path, 'bridge.db');
    expect(() => database.open({ path })).toThrow(
      expect.objectContaining({ name: 'BridgeError', message: expect.stringContaining(path) as string }),
    );
  });

  test('when a newer version has changed its format', async () => {
    const database = await filledDatabase();
    const connection = plainConnection(database.path);
    connection.exec(
      `INSERT INTO relay_migrations VALUES (9000, 'from the future', '2098-01-01T00:00:00.000000Z')`,
    );
    expect(() => database.open()).toThrow(/was written by a newer version .* update this program$/);
    expect(connection.prepare('SELECT count(*) FROM messages').pluck().get()).toBeGreaterThan(0);
  });

  test.skipIf(!isRoot)('when it belongs to somebody else', async () => {
    const database = await filledDatabase();
    chmodSync(database.folder, 0o755);
    chmodSync(database.path, 0o644);
    const readable = await StoreProcess.start(database.path, 'store', { uid: 65_534 });
    expect(readable.all('refused')).toEqual([
      `BridgeError: cannot open the database ${database.path}: the database or its folder cannot be written`,
    ]);
    chmodSync(database.path, 0o600);
    const hidden = await StoreProcess.start(database.path, 'store', { uid: 65_534 });
    expect(hidden.all('refused')).toEqual([
      `BridgeError: cannot open the database ${database.path}: the database or its folder cannot be written`,
    ]);
    const missing = await StoreProcess.start(join(database.folder, 'new', 'bridge.db'), 'store', {
      uid: 65_534,
    });
    expect(missing.all('refused')).toEqual([
      `BridgeError: cannot open the database ${join(database.folder, 'new', 'bridge.db')}: the database or its folder cannot be written`,
    ]);
  });

  test.skipIf(!isRoot)('when its file system is read-only', async () => {
    const database = databaseOfTest();
    const mount = (...options: string[]) =>
      spawnSync('mount', ['-t', 'tmpfs', '-o', options.join(','), 'none', database.folder]).status;
    expect(mount('size=4m')).toBe(0);
    onTestFinished(() => {
      spawnSync('umount', ['--lazy', database.folder]);
    });
    await (await database.open()).close();
    expect(mount('remount', 'ro')).toBe(0);
    const sentence = refusal(
      'storage_read_only',
      database.path,
      'the database or its folder cannot be written',
    );
    expect(() => database.open()).toThrow(sentence);
    const path = join(database.folder, 'new.db');
    expect(() => database.open({ path })).toThrow(
      refusal('storage_read_only', path, 'the database or its folder cannot be written'),
    );
  });
});

test('of a damaged database no copy is made that would pass for a sound one', async () => {
  const database = await filledDatabase();
  const connection = plainConnection(database.path);
  const index = connection.prepare(
    "SELECT rootpage FROM sqlite_master WHERE name = 'idx_messages_timestamp'",
  );
  const start = ((index.pluck().get() as number) - 1) * 4_096;
  connection.close();
  const bytes = readFileSync(database.path);
  bytes.fill(0xa5, start + 100, start + 4_096);
  writeFileSync(database.path, bytes);
  const store = await database.open();
  const file = join(database.folder, 'copy.db');
  await expect(store.backup(file)).rejects.toMatchObject({
    code: 'storage_corrupt',
    message: `cannot make the copy ${file}: the database is damaged`,
  });
  expect(readdirSync(database.folder).filter((name) => name.startsWith('copy'))).toEqual([]);
});

/** Everything that a relay asks of a store. */
async function useOf(store: SqliteStore): Promise<PromiseSettledResult<unknown>[]> {
  const outcomes = await Promise.allSettled([
    store.append({ channel: 'room 0', sender: 'bob', content: 'hello' }),
    store.latest('room 0', 500),
    store.after('room 1', 0, 500),
    store.find('no such id'),
    store.locate('room 0', 'no such id'),
    store.channels(),
    store.totals(),
    store.changes(beginning, { limit: 500 }),
    store.audit({ limit: 10 }),
    store.clear('room 1'),
    store.trim('9999'),
    store.sweep({ events: '9999', audit: '9999' }),
    store.ping(),
  ]);
  await store.close();
  return outcomes;
}

test('damage anywhere in the file ends in clear errors, and nowhere in a crash', async () => {
  const database = await filledDatabase();
  const sound = readFileSync(database.path);
  const pages = statSync(database.path).size / 4_096;
  const path = join(database.folder, 'damaged.db');
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(pages - 1), fc.nat(4_000), fc.uint8Array({ minLength: 8, maxLength: 96 })), {
        minLength: 1,
        maxLength: 6,
      }),
      async (damages) => {
        const bytes = Buffer.from(sound);
        // The header itself has a test of its own.
        for (const [page, offset, noise] of damages) bytes.set(noise, Math.max(100, page * 4_096 + offset));
        writeFileSync(path, bytes);
        for (const name of ['-wal', '-shm']) writeFileSync(`${path}${name}`, '');
        let errors: unknown[];
        try {
          const outcomes = await useOf(new SqliteStore({ path, durability: 'normal' }));
          errors = outcomes.flatMap((outcome) =>
            outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
          );
        } catch (error) {
          errors = [error];
        }
        for (const error of errors) {
          expect(error).toMatchObject({ name: 'BridgeError' });
          expect((error as Error).message).not.toContain('\n');
          seen.add((error as { code: string }).code);
        }
      },
    ),
    { numRuns: 60 },
  );
  expect(seen).toContain('storage_corrupt');
});
