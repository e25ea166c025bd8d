import { expect, onTestFinished, test } from 'vitest';
import { Watching } from '../contract/support.ts';
import { PythonProgram } from './python-file.ts';
import { databaseOfTest } from './support.ts';

const hello = { channel: 'room', sender: 'alice', content: 'hello' };

function fileWithMessageOf(timestamp: string) {
  const database = databaseOfTest();
  const python = new PythonProgram(database.path, '0.9.1');
  onTestFinished(() => python.close());
  python.send({ ...hello, timestamp });
  return { database, python };
}

test('goes on after a message from the future, microsecond by microsecond', async () => {
  const { database } = fileWithMessageOf('2098-12-31T23:59:59.999998Z');
  const store = await database.open();
  const timestamps = [];
  for (let turn = 0; turn < 3; turn++) timestamps.push((await store.append(hello)).message.timestamp);
  expect(timestamps).toEqual([
    '2098-12-31T23:59:59.999999Z',
    '2099-01-01T00:00:00.000000Z',
    '2099-01-01T00:00:00.000001Z',
  ]);
});

test('understands a timestamp without a fraction', async () => {
  const { database } = fileWithMessageOf('2098-12-31T23:59:59Z');
  const store = await database.open();
  expect((await store.append(hello)).message.timestamp).toBe('2098-12-31T23:59:59.000001Z');
});

test('does not go back behind an event from the future when the messages are gone', async () => {
  const { database } = fileWithMessageOf('2098-12-31T23:59:59Z');
  const store = await database.open();
  const { event } = await store.clear('room');
  await store.close();
  const reopened = await database.open();
  const { message } = await reopened.append(hello);
  expect(message.timestamp > event.timestamp).toBe(true);
});

test('does not go back behind what another process wrote a moment ago, whether it was seen already or not', async () => {
  const { database, python } = fileWithMessageOf('2026-01-01T00:00:00Z');
  const store = await database.open();
  await store.append(hello);
  python.send({ ...hello, timestamp: '2098-01-01T00:00:00.000000Z' });
  expect((await store.append(hello)).message.timestamp).toBe('2098-01-01T00:00:00.000001Z');

  const watching = new Watching(store);
  python.send({ ...hello, timestamp: '2099-01-01T00:00:00.000000Z' });
  await watching.count(1);
  expect((await store.append(hello)).message.timestamp).toBe('2099-01-01T00:00:00.000001Z');
});

test.for(['yesterday', '', '9999-12-31T23:59:59.999999Z', '2026-13-45T99:00:00Z'])(
  'takes the time from the system when the newest message says "%s"',
  async (nonsense) => {
    const { database } = fileWithMessageOf(nonsense);
    const store = await database.open();
    const before = new Date().toISOString().slice(0, 19);
    const { timestamp } = (await store.append(hello)).message;
    const after = new Date(Date.now() + 1_000).toISOString().slice(0, 19);
    expect(timestamp >= before && timestamp <= after).toBe(true);
  },
);
