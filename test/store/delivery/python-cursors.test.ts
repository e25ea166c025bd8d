import { expect, test } from 'vitest';
import { databaseOfTest } from '../support.ts';
import { PythonProgram } from '../python-file.ts';
import { ack, stateOf } from './support.ts';

const timestamp = '2026-11-22T15:56:43.012387Z';

/** What 1.2.0 does for an ack (wire specification 2.4, 6.6). */
function ackAsPython(python: PythonProgram, consumer: string, seq: number, id: string): void {
  python.db
    .prepare(
      `INSERT INTO bridge_consumer_cursors VALUES (?, 'room', ?, ?, ?, '{"by":"python"}')
         ON CONFLICT (consumer_id, channel) DO UPDATE SET
           last_seq = excluded.last_seq, last_message_id = excluded.last_message_id,
           updated_at = excluded.updated_at`,
    )
    .run(consumer, seq, id, timestamp);
}

test('cursors of 1.2.0 are honoured, those from before our first start and those from after it', async () => {
  const database = databaseOfTest();
  const python = new PythonProgram(database.path, '1.2.0');
  const send = (content: string) => python.send({ channel: 'room', sender: 'alice', content, timestamp });
  const ids = ['one', 'two', 'three'].map(send);
  ackAsPython(python, 'bob', 2, ids[1] ?? '');
  const before = await database.open();
  expect((await before.cursor('bob', 'room'))?.seq).toBe(2);
  expect(await stateOf(before)).toMatchObject({ ackedSeq: 2, ackedAt: timestamp, unread: 1 });
  await before.close();

  ackAsPython(python, 'carol', 1, ids[0] ?? '');
  ackAsPython(python, 'bob', 3, ids[2] ?? '');
  python.close();
  const store = await database.open();
  expect(await stateOf(store, 'carol')).toMatchObject({ ackedSeq: 1, unread: 2 });
  expect(await stateOf(store)).toMatchObject({ ackedSeq: 3, unread: 0 });
  expect(await store.resetConsumer({ consumer: 'carol', channel: 'room', toSeq: 0 })).toBe(true);
  const third = await store.find(ids[2] ?? '');
  if (third) expect((await ack(store, third)).advanced).toBe(false);
});
