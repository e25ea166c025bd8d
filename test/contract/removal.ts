import { describe, expect, test } from 'vitest';
import type { AuditOfChannelsQuery } from '../../src-main/store/message-store.ts';
import {
  appendAll,
  beginning,
  contentsOf,
  type CreateData,
  numbered,
  openStore,
  readChanges,
  summaryOf,
  told,
  Watching,
} from './support.ts';

/** Later than every timestamp that a test makes. */
const never = '9999';

export function removal(name: string, create: CreateData): void {
  describe(`${name}: removing what is old`, () => {
    test('trims messages before a moment, which itself stays', async () => {
      const { store } = await openStore(create);
      const messages = await appendAll(store, 'room', numbered(600));
      await appendAll(store, 'hall', ['kept']);
      expect(await store.trim(messages[550]?.timestamp ?? '')).toBe(550);
      expect(contentsOf(await store.latest('room', 1_000))).toEqual(numbered(600).slice(550));
      expect(contentsOf(await store.latest('hall', 10))).toEqual(['kept']);
      expect(await store.find(messages[549]?.id ?? '')).toBeUndefined();
      expect(await summaryOf(store, 'room')).toMatchObject({ count: 50, lastSeq: messages.at(-1)?.seq });
      expect(await store.trim(messages[550]?.timestamp ?? '')).toBe(0);
    });

    test('says beforehand how many it would trim, up to a limit', async () => {
      const { store } = await openStore(create);
      const messages = await appendAll(store, 'room', numbered(30));
      const moment = messages[20]?.timestamp ?? '';
      expect(await store.countBefore(moment, 100)).toBe(20);
      expect(await store.countBefore(moment, 7)).toBe(7);
      expect(await store.countBefore('2000', 100)).toBe(0);
      expect(await store.trim(moment)).toBe(20);
      expect(await store.countBefore(moment, 100)).toBe(0);
    });

    test('logs once for each channel how many messages it lost', async () => {
      const { store } = await openStore(create);
      const watching = new Watching(store);
      await appendAll(store, 'room', numbered(400));
      await appendAll(store, 'hall', numbered(2));
      expect(await store.trim(never)).toBe(402);
      const events = watching.changes.filter(({ kind }) => kind === 'event');
      expect(events.map(told).sort()).toEqual(['trimmed hall 2', 'trimmed room 400']);
      expect((await readChanges(store, beginning)).map(told).sort()).toEqual(events.map(told).sort());
      expect(await store.channels()).toEqual([]);
    });

    test('trims nothing without an event', async () => {
      const { store } = await openStore(create);
      await appendAll(store, 'room', ['one']);
      expect(await store.trim('2000')).toBe(0);
      expect((await readChanges(store, beginning)).map(told)).toEqual(['one']);
    });

    test('counts no message that was cleared before', async () => {
      const { store } = await openStore(create);
      await appendAll(store, 'room', numbered(2_000));
      await store.clear('room');
      await appendAll(store, 'room', ['one', 'two']);
      expect(await store.trim(never)).toBe(2);
      expect((await readChanges(store, beginning)).map(told)).toEqual(['clear room 2000', 'trimmed room 2']);
    });

    test('stops trimming when told, and logs what is gone by then', async () => {
      const { store } = await openStore(create);
      await appendAll(store, 'room', numbered(2_000));
      const stopping = new AbortController();
      const trimming = store.trim(never, stopping.signal);
      // The first step is committed together with this message, so it is surely done.
      await appendAll(store, 'hall', ['meanwhile']);
      stopping.abort();
      const trimmed = await trimming;
      expect(trimmed).toBeGreaterThan(0);
      expect(trimmed).toBeLessThan(2_000);
      expect(await summaryOf(store, 'room')).toMatchObject({ count: 2_000 - trimmed });
      expect((await readChanges(store, beginning)).map(told)).toContain(`trimmed room ${trimmed}`);
    });

    test('trims nothing when it is stopped before it begins', async () => {
      const { store } = await openStore(create);
      await appendAll(store, 'room', ['one']);
      expect(await store.trim(never, AbortSignal.abort())).toBe(0);
      expect(await store.totals()).toMatchObject({ messages: 1 });
    });

    test('keeps audit entries, newest first', async () => {
      const { store } = await openStore(create);
      await store.appendAudit({ event: 'channel_create', channel: 'room', detail: 'first message by alice' });
      await store.appendAudit({ event: 'auth_failure', detail: '/api/send', ip: '203.0.113.7' });
      const entries = await store.audit({ limit: 10 });
      expect(entries).toMatchObject([
        { event: 'auth_failure', channel: null, detail: '/api/send', ip: '203.0.113.7' },
        { event: 'channel_create', channel: 'room', detail: 'first message by alice', ip: null },
      ]);
      expect(await store.audit({ limit: 1 })).toEqual(entries.slice(0, 1));
    });

    test('finds the audit entries of certain channels, however far back, page by page to the end', async () => {
      const { store } = await openStore(create);
      const channels = ['room', undefined, 'hall', undefined, 'room'];
      const entries = Array.from({ length: 5_000 }, (_, turn) => ({
        event: turn % 2 === 0 ? 'even' : 'odd',
        // The first rows are about the channel, then come thousands that are not.
        channel: turn < 5 ? channels[turn] : turn % 3 === 0 ? 'hall' : undefined,
        detail: `entry ${turn}`,
      }));
      await Promise.all(entries.map((entry) => store.appendAudit(entry)));
      const details = async (query: Partial<AuditOfChannelsQuery>) => {
        const found: (string | null)[] = [];
        let beforeId = query.beforeId;
        for (let pages = 0; pages < 1_000; pages++) {
          const mayRead = (channel: string) => channel === 'room';
          const page = await store.auditOfChannels({ limit: 10, mayRead, ...query, beforeId });
          found.push(...page.events.map(({ detail }) => detail));
          expect(page.events.length).toBeLessThanOrEqual(query.limit ?? 10);
          if (page.nextBeforeId === undefined) return found;
          expect(page.nextBeforeId).toBeLessThan(beforeId ?? Infinity);
          beforeId = page.nextBeforeId;
        }
        throw new Error('the pages have no end');
      };
      expect(await details({})).toEqual(['entry 4', 'entry 0']);
      expect(await details({ limit: 1 })).toEqual(['entry 4', 'entry 0']);
      expect(await details({ event: 'even' })).toEqual(['entry 4', 'entry 0']);
      expect(await details({ event: 'odd' })).toEqual([]);
      const [last] = (await store.auditOfChannels({ limit: 1, mayRead: (channel) => channel === 'room' }))
        .events;
      expect(await details({ beforeId: last?.id })).toEqual(['entry 0']);
      const halls = await details({ limit: 7, mayRead: (channel) => channel === 'hall' });
      const wanted = entries.filter(({ channel }) => channel === 'hall').map(({ detail }) => detail);
      expect(halls.toSorted()).toEqual(wanted.toSorted());
    });

    test('sweeps events and audit entries before a moment, which itself stays', async () => {
      const { store } = await openStore(create);
      const events = [];
      for (let turn = 0; turn < 600; turn++) {
        events.push(store.clear(`room ${turn}`), store.appendAudit({ event: `entry ${turn}` }));
      }
      await Promise.all(events);
      const logged = await readChanges(store, beginning);
      const cut = logged[500];
      const timestamp = cut?.kind === 'event' ? cut.event.timestamp : '';
      await store.sweep({ events: timestamp });
      expect((await readChanges(store, beginning)).map(told)).toEqual(logged.slice(500).map(told));
      expect(await store.audit({ limit: 1_000 })).toHaveLength(600);

      const entries = await store.audit({ limit: 1_000 });
      await store.sweep({ events: '2000', audit: entries[99]?.timestamp ?? '' });
      expect(await store.audit({ limit: 1_000 })).toEqual(entries.slice(0, 100));
    });
  });
}
