import { expect, test } from 'vitest';
import { databaseOfTest, plainConnection } from './support.ts';

test('what a large clear has hidden is gone from the file when the store is closed at once', async () => {
  const database = databaseOfTest();
  const store = await database.open({ durability: 'normal' });
  const draft = { channel: 'room', sender: 'alice', content: 'hello' };
  await Promise.all(Array.from({ length: 2_500 }, () => store.append(draft)));
  await store.clear('room');
  await store.append({ ...draft, content: 'after the clear' });
  await store.close();

  const rows = plainConnection(database.path).prepare('SELECT content FROM messages').pluck().all();
  expect(rows).toEqual(['after the clear']);
});
