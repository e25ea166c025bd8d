import { describe, expect, test } from 'vitest';
import type { MessageStore } from '../../../src-main/store/message-store.ts';
import { beginning, readChanges, told } from '../../contract/support.ts';
import { databaseOfTest, plainConnection } from '../support.ts';
import { ack, at, fill, rangeOf } from './support.ts';

const distantFuture = '9999-01-01T00:00:00.000000Z';

/** What bob has lost in the room without knowing it. */
async function lost(store: MessageStore): Promise<number | undefined> {
  return (await store.cursor('bob', 'room'))?.lost?.removed;
}

async function tell(store: MessageStore): Promise<void> {
  const { removals } = (await store.cursor('bob', 'room')) ?? {};
  await store.recordTold({ consumer: 'bob', channel: 'room', removals });
}

describe('a consumer', () => {
  test.each([5, 500])('has lost what was cleared behind its cursor, of %i messages', async (count) => {
    const store = await databaseOfTest().open();
    const messages = await fill(store, count);
    const { updatedAt } = await ack(store, at(messages, 1));
    expect(await lost(store)).toBeUndefined();
    await store.clear('room');
    expect(await store.cursor('bob', 'room')).toEqual({
      seq: at(messages, 1).seq,
      lost: { removed: count - 2, since: updatedAt },
      removals: count,
    });
  });

  test('has lost what was trimmed behind its cursor, and nothing that lies before', async () => {
    const store = await databaseOfTest().open();
    const messages = await fill(store, 10);
    await ack(store, at(messages, 4));
    await store.trim(at(messages, 3).timestamp);
    expect(await lost(store)).toBeUndefined();
    await store.trim(at(messages, 7).timestamp);
    expect(await lost(store)).toBe(2);
  });

  test('is told once, and again of what is lost later', async () => {
    const database = databaseOfTest();
    const store = await database.open();
    await ack(store, at(await fill(store, 3), 0));
    await store.clear('room');
    expect(await lost(store)).toBe(2);
    await tell(store);
    expect(await lost(store)).toBeUndefined();
    expect((await store.cursor('bob', 'room'))?.removals).toBeUndefined();
    await fill(store, 4);
    await store.clear('room');
    await store.close();
    expect(await lost(await database.open())).toBe(4);
  });

  test('does not get to know what was removed after it was told', async () => {
    const store = await databaseOfTest().open();
    await ack(store, at(await fill(store, 3), 0));
    await store.clear('room');
    const { removals } = (await store.cursor('bob', 'room')) ?? {};
    await fill(store, 2);
    await store.clear('room');
    await store.recordTold({ consumer: 'bob', channel: 'room', removals });
    expect(await lost(store)).toBe(2);
  });

  test('that never acks has lost what it had not read', async () => {
    const store = await databaseOfTest().open();
    const messages = await fill(store, 6);
    await store.recordRead({ ...rangeOf(at(messages, 0), at(messages, 3)) });
    await store.trim(at(messages, 4).timestamp);
    expect(await lost(store)).toBeUndefined();
    await store.clear('room');
    expect(await store.cursor('bob', 'room')).toMatchObject({ seq: 0, lost: { removed: 2 } });
  });

  test('has lost nothing that was removed before it came, or before it was put back', async () => {
    const store = await databaseOfTest().open();
    await fill(store, 3);
    await store.clear('room');
    expect(await store.cursor('bob', 'room')).toBeUndefined();
    const messages = await fill(store, 3);
    await ack(store, at(messages, 0));
    expect(await lost(store)).toBeUndefined();
    await store.clear('room');
    await store.resetConsumer({ consumer: 'bob', channel: 'room', toSeq: 0 });
    expect(await lost(store)).toBeUndefined();
  });

  test('learns of losses though the events that tell of them have left the log', async () => {
    const store = await databaseOfTest().open();
    await ack(store, at(await fill(store, 3), 0));
    await store.clear('room');
    await store.sweep({ events: distantFuture });
    expect(await lost(store)).toBe(2);
  });

  test('learns of what other programs have deleted', async () => {
    const database = databaseOfTest();
    const store = await database.open();
    await ack(store, at(await fill(store, 4), 1));
    plainConnection(database.path).exec(`DELETE FROM messages WHERE channel = 'room'`);
    expect(await lost(store)).toBe(2);
  });
});

describe('messages that went without an event', () => {
  test('are told of at the next start: a trim that was broken off, or another program', async () => {
    const database = databaseOfTest();
    const store = await database.open();
    await fill(store, 5);
    await store.close();
    // As a step of a trim does it, before the process is killed.
    const plain = plainConnection(database.path);
    plain.exec('DELETE FROM messages WHERE seq <= 3');
    const reopened = await database.open();
    const [{ epoch } = { epoch: -1 }] = await reopened.channels();
    await reopened.ping();
    expect((await readChanges(reopened, beginning)).map(told)).toContain('trimmed room 3');
    expect((await reopened.channels())[0]?.epoch).not.toBe(epoch);
  });

  test('are told of at the next sweep, once', async () => {
    const database = databaseOfTest();
    const store = await database.open();
    await fill(store, 5);
    plainConnection(database.path).exec('DELETE FROM messages WHERE seq <= 2');
    await store.sweep({ events: '2000' });
    await store.sweep({ events: '2000' });
    const changes = (await readChanges(store, beginning)).map(told);
    expect(changes.filter((change) => change.startsWith('trimmed'))).toEqual(['trimmed room 2']);
  });

  test('are not counted twice when the rest of the channel is cleared', async () => {
    const database = databaseOfTest();
    const store = await database.open();
    await fill(store, 5);
    plainConnection(database.path).exec('DELETE FROM messages WHERE seq <= 2');
    expect((await store.clear('room')).cleared).toBe(3);
    await store.sweep({ events: '2000' });
    const changes = (await readChanges(store, beginning)).map(told);
    expect(changes).toEqual(['clear room 3', 'trimmed room 2']);
  });
});

describe('a channel that is empty', () => {
  const rows = (path: string) =>
    plainConnection(path).prepare('SELECT channel FROM relay_channels ORDER BY channel').pluck().all();

  test('is forgotten once no event speaks of it and nobody follows it', async () => {
    const database = databaseOfTest();
    const store = await database.open();
    for (const channel of ['left', 'kept', 'room']) await fill(store, 300, { channel });
    await ack(store, at(await store.latest('room', 1), 0));
    await store.clear('left');
    await store.clear('room');
    await store.sweep({ events: '2000' });
    expect(rows(database.path)).toEqual(['kept', 'left', 'room']);
    await store.sweep({ events: distantFuture });
    await expect
      .poll(async () => {
        await store.sweep({ events: distantFuture });
        return rows(database.path);
      })
      .toEqual(['kept', 'room']);
    await store.deleteConsumer({ consumer: 'bob', channel: 'room' });
    await expect
      .poll(async () => {
        await store.sweep({ events: distantFuture });
        return rows(database.path);
      })
      .toEqual(['kept']);
  });

  test('has another epoch when it begins again', async () => {
    const store = await databaseOfTest().open();
    const epoch = async () => (await store.channels())[0]?.epoch;
    const seen = new Set<number | undefined>();
    for (let life = 0; life < 3; life++) {
      await fill(store, 2);
      seen.add(await epoch());
      await store.clear('room');
      await fill(store, 1);
      seen.add(await epoch());
      await store.clear('room');
      await store.sweep({ events: distantFuture });
      expect(await store.totals()).toEqual({ channels: 0, messages: 0 });
    }
    expect(seen.size).toBe(6);
  });
});
