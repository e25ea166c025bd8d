import { describe, expect, onTestFinished, test } from 'vitest';
import { contentsOf, readChanges, beginning, told, Watching } from '../contract/support.ts';
import { type PythonMessage, PythonProgram, type PythonVersion } from './python-file.ts';
import { databaseOfTest } from './support.ts';

/** As the Python program writes them: at whole seconds the fraction is missing. */
const history: PythonMessage[] = [
  { channel: 'proj:build', sender: 'mac', content: 'one', timestamp: '2026-01-05T10:00:00.000001Z' },
  { channel: 'proj:build', sender: 'linux', content: 'two', timestamp: '2026-01-05T10:00:01Z' },
  { channel: ' odd\tname', sender: '', content: '', timestamp: '2026-01-05T10:00:02.500000Z' },
  {
    channel: 'proj:build',
    sender: 'mac',
    content: '{"type": "task"}',
    timestamp: '2026-01-05T10:00:03.000000Z',
  },
];

const later: PythonMessage = {
  channel: 'proj:build',
  sender: 'windows',
  content: 'from Python',
  timestamp: '2026-01-06T10:00:00.000000Z',
};

function pythonProgram(path: string, version: PythonVersion): PythonProgram {
  const python = new PythonProgram(path, version);
  onTestFinished(() => python.close());
  return python;
}

describe.for(['0.9.1', '1.2.0'] as const)('a database of %s', (version) => {
  function withHistory() {
    const database = databaseOfTest();
    const python = pythonProgram(database.path, version);
    const ids = history.map((message) => python.send(message));
    return { database, python, ids };
  }

  test('opens with its history and right summaries', async () => {
    const { database, python, ids } = withHistory();
    python.close();
    const store = await database.open();
    expect(await store.latest('proj:build', 10)).toEqual(
      [0, 1, 3].map((index) => ({ seq: index + 1, id: ids[index], ...history[index], origin: null })),
    );
    expect(contentsOf(await store.latest(' odd\tname', 10))).toEqual(['']);
    expect(await store.channels()).toMatchObject([
      {
        channel: ' odd\tname',
        count: 1,
        lastSeq: 3,
        lastTimestamp: '2026-01-05T10:00:02.500000Z',
        senders: [''],
      },
      {
        channel: 'proj:build',
        count: 3,
        lastSeq: 4,
        lastTimestamp: '2026-01-05T10:00:03.000000Z',
        senders: ['linux', 'mac'],
      },
    ]);
    expect(await store.locate('proj:build', ids[1] ?? '')).toMatchObject({ seq: 2 });
  });

  test('goes on counting where it was, also after everything in it was cleared', async () => {
    const { database, python } = withHistory();
    python.clear('proj:build', '2026-01-05T11:00:00.000000Z');
    python.clear(' odd\tname', '2026-01-05T11:00:00.000000Z');
    python.close();
    const store = await database.open();
    expect(await store.totals()).toEqual({ channels: 0, messages: 0 });
    const { message } = await store.append({ channel: 'room', sender: 'alice', content: 'next' });
    expect(message.seq).toBe(5);
  });

  test('stays writable for Python, whose messages are history, summaries and live changes', async () => {
    const { database, python } = withHistory();
    const store = await database.open();
    const watching = new Watching(store);
    const id = python.send(later);
    await watching.count(1);
    expect(watching.changes).toMatchObject([{ kind: 'message', message: { id, seq: 5, ...later } }]);
    expect(contentsOf(await store.latest('proj:build', 2))).toEqual(['{"type": "task"}', 'from Python']);
    expect((await store.channels())[1]).toMatchObject({
      count: 4,
      lastSeq: 5,
      senders: ['linux', 'mac', 'windows'],
    });
  });

  test('keeps right summaries when Python clears or trims', async () => {
    const { database, python } = withHistory();
    const store = await database.open();
    python.trim('2026-01-05T10:00:01.000000Z');
    expect((await store.channels())[1]).toMatchObject({ count: 2, lastSeq: 4, senders: ['linux', 'mac'] });
    python.clear('proj:build', '2026-01-05T11:00:00.000000Z');
    expect((await store.channels()).map(({ channel }) => channel)).toEqual([' odd\tname']);
    python.send(later);
    expect((await store.channels())[1]).toMatchObject({ count: 1, senders: ['windows'] });
    const { opensChannel } = await store.append({ channel: 'proj:build', sender: 'alice', content: 'x' });
    expect(opensChannel).toBe(false);
  });

  test('knows the newest message again when the newest is deleted by hand', async () => {
    const { database, python, ids } = withHistory();
    const store = await database.open();
    python.db.prepare('DELETE FROM messages WHERE id = ?').run(ids[3]);
    expect((await store.channels())[1]).toMatchObject({
      count: 2,
      lastSeq: 2,
      lastTimestamp: '2026-01-05T10:00:01Z',
      senders: ['linux', 'mac'],
    });
  });

  test('is sound after both have written, closed and come back', async () => {
    const { database, python } = withHistory();
    const store = await database.open();
    await store.append({ channel: 'proj:build', sender: 'alice', content: 'from us' });
    python.send(later);
    await store.clear('proj:build');
    await store.append({ channel: 'proj:build', sender: 'alice', content: 'again' });
    await store.close();
    python.close();

    const back = pythonProgram(database.path, version);
    back.send({ ...later, content: 'Python again' });
    expect(back.db.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(
      back.db
        .prepare('SELECT content FROM messages WHERE channel = ? ORDER BY seq')
        .pluck()
        .all('proj:build'),
    ).toEqual(['again', 'Python again']);
    expect(back.db.pragma('journal_mode', { simple: true })).toBe('wal');
    back.close();

    const reopened = await database.open();
    expect((await readChanges(reopened, beginning, { channel: 'proj:build' })).map(told)).toEqual([
      'clear proj:build 5',
      'again',
      'Python again',
    ]);
  });
});
