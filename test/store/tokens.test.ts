import { hash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import type { NewToken } from '../../src-main/store/token-store.ts';
import { databaseOfTest, plainConnection } from './support.ts';

function draft(label: string, changed: Partial<NewToken> = {}): NewToken {
  return {
    id: `id of ${label}`,
    label,
    labelKey: label.toLowerCase(),
    access: { rights: ['read', 'send'], channels: { send: ['ops'] } },
    digest: hash('sha256', label, 'buffer'),
    createdAt: '2026-01-31T08:15:00.000000Z',
    expiresAt: null,
    ...changed,
  };
}

/** Resolves at the next change that a store reports. */
function nextChange(tokens: { watch: (listener: () => void) => () => void }): Promise<void> {
  return new Promise((resolve) => {
    const stop = tokens.watch(() => {
      stop();
      resolve();
    });
  });
}

test('a token is kept as it was made, and is still there when the file is opened again', async () => {
  const database = databaseOfTest();
  const store = await database.open();
  const { labelKey: _key, ...atlas } = draft('atlas');
  await store.tokens.add(draft('atlas'));
  await store.tokens.add(
    draft('orion', { createdAt: '2026-02-01T00:00:00.000000Z', expiresAt: '2027-01-01T00:00:00.000000Z' }),
  );
  const neverUsed = { oldDigest: null, oldUntil: null, lastUsedAt: null, lastAddress: null };
  await store.close();
  const [first, second] = await (await database.open()).tokens.list();
  expect(first).toEqual({ ...atlas, ...neverUsed, digest: expect.any(Buffer) as Buffer });
  expect(Buffer.compare(first?.digest ?? Buffer.of(), atlas.digest)).toBe(0);
  expect(second).toMatchObject({ label: 'orion', expiresAt: '2027-01-01T00:00:00.000000Z' });
});

test('a label is taken until its token is removed or has expired', async () => {
  const { tokens } = await databaseOfTest().open();
  await tokens.add(draft('atlas', { expiresAt: '2026-03-01T00:00:00.000000Z' }));
  const again = (createdAt: string) => tokens.add(draft('Atlas', { createdAt }));
  await expect(again('2026-02-28T23:59:59.000000Z')).rejects.toMatchObject({
    code: 'conflict',
    field: 'label',
  });
  await again('2026-03-01T00:00:00.000000Z');
  expect((await tokens.list()).map(({ label }) => label)).toEqual(['Atlas']);
  expect(await tokens.remove('id of Atlas')).toBe(true);
  expect(await tokens.remove('id of Atlas')).toBe(false);
  await tokens.add(draft('atlas'));
});

test('of several tokens that want one label at once, one gets it', async () => {
  const database = databaseOfTest();
  const [{ tokens }, other] = [await database.open(), await database.open()];
  const adding = Array.from({ length: 10 }, (_, index) =>
    (index % 2 === 0 ? tokens : other.tokens).add(draft('atlas', { id: `id ${index}` })),
  );
  const outcomes = (await Promise.allSettled(adding)).map(({ status }) => status);
  expect(outcomes.filter((status) => status === 'fulfilled')).toHaveLength(1);
});

test('a rotation keeps the digest before for as long as it is told', async () => {
  const { tokens } = await databaseOfTest().open();
  await tokens.add(draft('atlas'));
  const [first, second] = [hash('sha256', 'one', 'buffer'), hash('sha256', 'two', 'buffer')];
  const id = 'id of atlas';
  expect(await tokens.rotate({ id, digest: first, oldUntil: '2026-02-01T00:00:00.000000Z' })).toBe(true);
  expect(await tokens.rotate({ id, digest: second, oldUntil: '2026-03-01T00:00:00.000000Z' })).toBe(true);
  expect(await tokens.list()).toMatchObject([
    { digest: second, oldDigest: first, oldUntil: '2026-03-01T00:00:00.000000Z' },
  ]);
  expect(await tokens.rotate({ id: 'nobody', digest: first, oldUntil: '2026' })).toBe(false);
});

test('a use is noted, unless a later one was noted by another process, and is no change', async () => {
  const database = databaseOfTest();
  const [{ tokens }, other] = [await database.open(), await database.open()];
  await tokens.add(draft('atlas'));
  let changes = 0;
  onTestFinished(tokens.watch(() => changes++));
  const id = 'id of atlas';
  await other.tokens.noteUses([{ id, at: '2026-02-02T00:00:00.000000Z', address: '192.0.2.7' }]);
  await tokens.noteUses([
    { id, at: '2026-02-01T00:00:00.000000Z', address: '192.0.2.8' },
    { id: 'nobody', at: '2026-02-01T00:00:00.000000Z', address: '192.0.2.8' },
  ]);
  expect(await tokens.list()).toMatchObject([
    { lastUsedAt: '2026-02-02T00:00:00.000000Z', lastAddress: '192.0.2.7' },
  ]);
  expect(changes).toBe(0);
});

test('every change is reported, whoever makes it', async () => {
  const database = databaseOfTest();
  const [{ tokens }, other] = [await database.open(), await database.open()];
  const byHand = plainConnection(database.path);
  const digest = hash('sha256', 'new', 'buffer');
  for (const change of [
    () => tokens.add(draft('atlas')),
    () => other.tokens.add(draft('orion')),
    () => other.tokens.rotate({ id: 'id of atlas', digest, oldUntil: '2026' }),
    () => other.tokens.remove('id of atlas'),
    () => byHand.exec('DELETE FROM relay_tokens'),
  ]) {
    const changed = nextChange(tokens);
    await change();
    await changed;
  }
  expect(await tokens.list()).toEqual([]);
});

test('a token whose rights somebody has made unreadable is none, and the others are', async () => {
  const database = databaseOfTest();
  const errors: unknown[] = [];
  const { tokens } = await database.open({ onError: (error) => errors.push(error) });
  for (const label of ['atlas', 'orion', 'vega']) await tokens.add(draft(label));
  const byHand = plainConnection(database.path).prepare('UPDATE relay_tokens SET access = ? WHERE label = ?');
  byHand.run('{"rights":["read","everything"]}', 'atlas');
  byHand.run('{', 'orion');
  expect((await tokens.list()).map(({ label }) => label)).toEqual(['vega']);
  expect(errors).toHaveLength(2);
});
