import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SqliteStore } from '../../src-main/store/sqlite/sqlite-store.ts';
import { summaryOf, Watching } from '../contract/support.ts';
import { databaseOfTest, plainConnection } from '../store/support.ts';
import { runProgram } from '../support/program.ts';
import { fillDisk } from './parts/small-disk.ts';
import { canMakeDisks, diskOfTest } from './small-disk.ts';

const large = { channel: 'room', sender: 'alice', content: 'x'.repeat(20_000) };

function openIn(folder: string, onError?: (error: unknown) => void): SqliteStore {
  const path = join(folder, 'bridge.db');
  const store = new SqliteStore({ path, durability: 'full', ...(onError ? { onError } : {}) });
  onTestFinished(() => store.close());
  return store;
}

/** Sends until not one message more fits; returns what was acknowledged and how the others were refused. */
async function fill(store: SqliteStore) {
  const stored: string[] = [];
  const refusals: unknown[] = [];
  const send = async () => {
    try {
      stored.push((await store.append(large)).message.id);
    } catch (error) {
      refusals.push(error);
    }
  };
  while (refusals.length === 0) await Promise.all([send(), send(), send(), send()]);
  const refused = refusals.length;
  while (refusals.length === refused) await send();
  return { stored, refusals };
}

describe.skipIf(!canMakeDisks)('on a full disk', () => {
  test('senders are told, what was acknowledged stays, and it works again when there is space', async () => {
    const folder = diskOfTest(4);
    const ballast = join(folder, 'ballast');
    writeFileSync(ballast, Buffer.alloc(1_000_000));
    const store = openIn(folder);
    const watching = new Watching(store);
    const { stored, refusals } = await fill(store);
    expect(stored.length).toBeGreaterThan(10);
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ name: 'BridgeError', code: 'storage_full', retryAfter: 30 });
      expect((refusal as Error).message).toBe('not stored: the disk is full');
    }
    expect((await store.latest('room', 1_000)).map(({ id }) => id)).toEqual(stored);
    await expect(store.append(large)).rejects.toMatchObject({ code: 'storage_full' });

    rmSync(ballast);
    const { message } = await store.append({ ...large, content: 'space again' });
    await store.ping();
    expect(watching.changes.map((change) => change.kind === 'message' && change.message.id)).toEqual([
      ...stored,
      message.id,
    ]);
    expect(await summaryOf(store, 'room')).toMatchObject({ count: stored.length + 1 });
    await store.close();
    expect(plainConnection(store.path).pragma('integrity_check', { simple: true })).toBe('ok');
  });

  test('everything acknowledged is there after a restart on the disk that is still full', async () => {
    const folder = diskOfTest(3);
    const store = openIn(folder, () => undefined);
    const { stored } = await fill(store);
    await store.close();
    const reopened = openIn(folder, () => undefined);
    expect((await reopened.latest('room', 1_000)).map(({ id }) => id)).toEqual(stored);
  });

  test('a clear that finds no space leaves everything as it is', async () => {
    const folder = diskOfTest(3);
    const store = openIn(folder, () => undefined);
    const { stored } = await fill(store);
    // Whatever is left is too little for a message, but may do for an event.
    while (
      await store.clear('void').then(
        () => true,
        () => false,
      )
    );
    await expect(store.clear('room')).rejects.toMatchObject({ code: 'storage_full' });
    expect((await store.latest('room', 1_000)).map(({ id }) => id)).toEqual(stored);
    expect(await summaryOf(store, 'room')).toMatchObject({ count: stored.length, senders: ['alice'] });
  });

  test('a database that cannot be made is one sentence', () => {
    const folder = diskOfTest(1);
    writeFileSync(join(folder, 'ballast'), Buffer.alloc(1_040_000));
    expect(() => openIn(folder)).toThrow(
      expect.objectContaining({
        name: 'BridgeError',
        code: 'storage_full',
        message: `cannot open the database ${join(folder, 'bridge.db')}: the disk is full`,
      }),
    );
  });

  test('a copy that does not fit is one sentence, and leaves nothing', async () => {
    const folder = diskOfTest(1);
    const store = await databaseOfTest().open();
    await Promise.all(Array.from({ length: 100 }, () => store.append(large)));
    const file = join(folder, 'copy.db');
    await expect(store.backup(file)).rejects.toMatchObject({
      name: 'BridgeError',
      code: 'storage_full',
      message: `cannot make the copy ${file}: the disk is full`,
    });
    expect(readdirSync(folder)).toEqual([]);
    expect((await store.append(large)).message.seq).toBe(101);
  });

  test('a relay that finds no space for its other files says so in one line, and leaves nothing half written', async () => {
    const home = diskOfTest(1);
    writeFileSync(join(home, 'config.json'), '{}');
    fillDisk(home);
    const args = ['--port', '0', '--db', join(databaseOfTest().folder, 'elsewhere.db')];
    const { code, stderr } = await runProgram(args, { home });
    expect(code).toBe(2);
    expect(stderr).toContain(`cannot write ${join(home, 'runtime/relay.json')}: the disk is full\n`);
    expect(readdirSync(join(home, 'runtime'))).toEqual([]);
  });
});
