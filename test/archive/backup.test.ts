import { readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { canMakeDisks, diskOfTest } from '../faults/small-disk.ts';
import { expectError } from '../http/expect-answer.ts';
import { eventually } from '../store/support.ts';
import { bearer, call, get, send } from '../support/http-client.ts';
import { scratchDirectory, startRelay } from '../support/program.ts';
import { begin, fill, leftIn, sendWithoutEnd } from './support.ts';

/** `GET /api/backup`: the whole database as a download (wire specification 3.14). */

describe('GET /api/backup', () => {
  test('is a complete database of one moment while 16 senders go on', async () => {
    const home = scratchDirectory();
    await fill(home, { messages: 200, bytes: 50_000 });
    await using relay = await startRelay({ home });
    const senders = sendWithoutEnd(relay);
    await send(relay, { channel: 'room 0' });
    const before = [...senders.acknowledged];

    const answer = await begin(relay, '/api/backup').answer;
    const file = await buffer(answer);
    await senders.stop();

    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/vnd.sqlite3',
      'content-length': String(file.length),
      'content-disposition': expect.stringMatching(
        /^attachment; filename="claude-bridge-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.db"$/,
      ) as string,
      'cache-control': 'no-store',
    });
    const path = join(scratchDirectory(), 'copy.db');
    writeFileSync(path, file);
    const copy = new Database(path);
    onTestFinished(() => void copy.close());
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
    const rows = copy.prepare<[], { seq: number; id: string }>('SELECT seq, id FROM messages').all();
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
    const ids = new Set(rows.map(({ id }) => id));
    expect(before.filter((id) => !ids.has(id))).toEqual([]);
    expect(leftIn(relay)).toEqual([]);
  });

  test('answers HEAD without making a copy', async () => {
    await using relay = await startRelay();
    const answer = await call(relay, 'HEAD', '/api/backup', { headers: bearer(relay.localToken) });
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/vnd.sqlite3' },
      text: '',
    });
  });

  test('is for administrators only', async () => {
    await using open = await startRelay();
    expectError(await get(open, '/api/backup'), 403, 'missing_right');
    await using guarded = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'example-token' } });
    expectError(await get(guarded, '/api/backup'), 401, 'unauthorized');
    expectError(await get(guarded, '/api/backup', bearer('wrong')), 401, 'unauthorized');
    expect((await get(guarded, '/api/backup', bearer('example-token'))).status).toBe(200);
  });

  test.for(['while the copy is made', 'in the middle of the file'])(
    'leaves nothing when the client goes %s, and serves the next one',
    async (moment) => {
      const home = scratchDirectory();
      await fill(home, { messages: 400, bytes: 100_000 });
      await using relay = await startRelay({ home });
      const download = begin(relay, '/api/backup');
      if (moment === 'while the copy is made') await eventually(() => leftIn(relay).length > 0);
      else (await download.answer).read(1);
      download.breakOff();
      await eventually(() => leftIn(relay).length === 0);
      // Freed a moment after the file is gone.
      let next = await get(relay, '/api/backup', bearer(relay.localToken));
      while (next.status === 409) next = await get(relay, '/api/backup', bearer(relay.localToken));
      expect(next.status).toBe(200);
      expect(relay.stderr).not.toContain('"level":50');
    },
  );

  test('is made once at a time', async () => {
    const home = scratchDirectory();
    await fill(home, { messages: 400, bytes: 100_000 });
    await using relay = await startRelay({ home });
    const download = begin(relay, '/api/backup');
    await eventually(() => leftIn(relay).length > 0);
    const refused = await get(relay, '/api/backup', bearer(relay.localToken));
    expectError(refused, 409, 'in_progress');
    expect(refused.headers['retry-after']).toBe('10');
    expect((await buffer(await download.answer)).length).toBeGreaterThan(40_000_000);
  });

  test('is given up when the relay stops, and leaves nothing', async () => {
    const home = scratchDirectory();
    await fill(home, { messages: 400, bytes: 100_000 });
    await using relay = await startRelay({ home });
    begin(relay, '/api/backup');
    await eventually(() => leftIn(relay).length > 0);
    expect(await relay.stop()).toEqual({ code: 0, signal: null });
    expect(readdirSync(join(home, 'runtime'))).toEqual([]);
  });

  test('what a killed relay has left is removed by the next one', async () => {
    const home = scratchDirectory();
    const killed = await startRelay({ home });
    await killed.kill();
    const left = (pid: number) => join(home, 'runtime', `scratch-${pid}-0123456789ab-backup.db`);
    writeFileSync(left(killed.pid), '');
    writeFileSync(`${left(killed.pid)}.0123456789ab.draft`, '');
    writeFileSync(left(process.pid), '');
    await using relay = await startRelay({ home });
    expect(leftIn(relay)).toEqual([`scratch-${process.pid}-0123456789ab-backup.db`]);
  });

  test.skipIf(!canMakeDisks)('is one sentence where there is no space for it', async () => {
    const home = scratchDirectory();
    const disk = diskOfTest(1);
    rmSync(join(home, 'runtime'), { recursive: true, force: true });
    symlinkSync(disk, join(home, 'runtime'));
    await fill(home, { messages: 100, bytes: 50_000 });
    await using relay = await startRelay({ home });
    const answer = await get(relay, '/api/backup', bearer(relay.localToken));
    expectError(answer, 503, 'storage_full');
    expect(answer.headers['retry-after']).toBe('30');
    expect(leftIn(relay)).toEqual([]);
    await send(relay, { channel: 'room' });
  });

  test('is written into the audit log', async () => {
    await using relay = await startRelay({ args: ['--audit-log'] });
    const copy = await get(relay, '/api/backup', bearer(relay.localToken));
    let events: { event: string; detail: string; ip: string }[] = [];
    while (events.length === 0) {
      events = ((await get(relay, '/api/audit')).body as { events: typeof events }).events;
    }
    expect(events).toMatchObject([
      { event: 'backup', detail: `${copy.headers['content-length']} bytes`, ip: '127.0.0.1' },
    ]);
  });
});
