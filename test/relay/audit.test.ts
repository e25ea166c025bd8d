import { expect, onTestFinished, test, vi } from 'vitest';
import { Audit } from '../../src-main/relay/audit.ts';
import { databaseOfTest } from '../store/support.ts';
import { everything } from '../support/access.ts';
import { altered } from './support.ts';

async function auditOfTest(enabled = true) {
  const store = await databaseOfTest().open({ durability: 'normal' });
  const errors: unknown[] = [];
  const audit = new Audit({ store, enabled: () => enabled, onError: (error) => errors.push(error) });
  return { store, audit, errors };
}

const refusal = { event: 'auth_failure', detail: '/api/send', ip: '203.0.113.7' };

test('when it is on, entries are kept and read, newest first', async () => {
  const { store, audit } = await auditOfTest();
  audit.record({ event: 'channel_create', channel: 'room', detail: 'first message by alice' });
  audit.record(
    { event: 'channel_clear', channel: 'room', detail: '1 message(s)' },
    { principal: 'orion', address: '192.0.2.1' },
  );
  // Entries are written beside the answers; what is pushed after them is committed after them.
  await store.ping();
  expect(await audit.read({ limit: 10 }, everything)).toMatchObject({
    enabled: true,
    events: [
      { event: 'channel_clear', ip: '192.0.2.1', by: 'orion' },
      { event: 'channel_create', ip: null, by: null },
    ],
  });
});

test('when it is off, nothing is written, and nothing shown of what was written earlier', async () => {
  const { store, audit } = await auditOfTest(false);
  await store.appendAudit({ event: 'earlier' });
  audit.record({ event: 'channel_create' });
  audit.recordRefusal(refusal);
  expect(await audit.read({ limit: 10 }, everything)).toEqual({ enabled: false, events: [] });
  expect(await store.audit({ limit: 10 })).toHaveLength(1);
});

test('an entry that cannot be written troubles nobody but the log', async () => {
  const { store } = await auditOfTest();
  const errors: unknown[] = [];
  const failure = new Error('the disk is full');
  const audit = new Audit({
    store: altered(store, { appendAudit: () => Promise.reject(failure) }),
    enabled: () => true,
    onError: (error) => errors.push(error),
  });
  audit.record({ event: 'channel_create' });
  await store.ping();
  expect(errors).toEqual([failure]);
});

test('a flood of refusals is one entry, and the next one says how many there were', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-31T08:15:00Z') });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { store, audit } = await auditOfTest();
  for (let turn = 0; turn < 1_000; turn++) audit.recordRefusal(refusal);
  audit.recordRefusal({ ...refusal, ip: '203.0.113.8' });
  vi.setSystemTime(new Date('2026-01-31T08:15:11Z'));
  audit.recordRefusal(refusal);
  audit.recordRefusal(refusal);
  await store.ping();
  expect((await store.audit({ limit: 10 })).map(({ detail, ip }) => [detail, ip])).toEqual([
    ['/api/send (and 999 more before)', '203.0.113.7'],
    ['/api/send', '203.0.113.8'],
    ['/api/send', '203.0.113.7'],
  ]);
});

test('a flood over ever new paths is a few entries, and the next one says how many there were', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-31T08:15:00Z') });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { store, audit } = await auditOfTest();
  for (let path = 0; path < 800; path++) audit.recordRefusal({ ...refusal, detail: `/api/x${path}` });
  vi.setSystemTime(new Date('2026-01-31T08:15:11Z'));
  audit.recordRefusal(refusal);
  await store.ping();
  const rows = await store.audit({ limit: 1_000 });
  expect(rows).toHaveLength(21);
  expect(rows[0]?.detail).toBe('/api/send (and 780 more before)');
});

test('a flood from ever new addresses is remembered only so far', async () => {
  const { store, audit } = await auditOfTest();
  const from = (index: number) => ({ ...refusal, ip: `198.51.100.0 #${index}` });
  for (let index = 0; index <= 1_000; index++) audit.recordRefusal(from(index));
  audit.recordRefusal(from(1_000));
  audit.recordRefusal(from(0));
  await store.ping();
  expect(await store.audit({ limit: 5_000 })).toHaveLength(1_002);
});
