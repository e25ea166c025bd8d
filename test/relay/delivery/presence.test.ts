import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Actor } from '../../../src-main/relay/actor.ts';
import { Presence } from '../../../src-main/relay/presence.ts';
import { accessOf, everything } from '../../support/access.ts';

const minute = 60_000;
const known = {
  principal: 'laptop',
  transport: 'mcp',
  address: '192.0.2.7',
  client: { name: 'example-client', version: '1.2.3' },
} as const;
const laptop: Actor = { ...known, access: everything };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

function pass(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
}

function presenceOf(): Presence {
  return new Presence({ expiryMs: () => 15 * minute });
}

test('an agent is here with all that is known about it, last heard from first', () => {
  const presence = presenceOf();
  presence.saw('bob', 'room', laptop);
  pass(minute);
  presence.saw('carol', 'room', { principal: 'server', access: everything, transport: 'http' });
  expect(presence.list(laptop)).toEqual([
    expect.objectContaining({ name: 'carol', principal: 'server', client: undefined, address: undefined }),
    {
      name: 'bob',
      ...known,
      firstSeen: 1_000_000,
      lastSeen: 1_000_000,
      waiting: [],
      streaming: [],
    },
  ]);
});

test('one name under two credentials is two agents', () => {
  const presence = presenceOf();
  presence.saw('bob', 'room', laptop);
  presence.saw('bob', 'room', { ...laptop, principal: 'server' });
  expect(
    presence
      .list(laptop)
      .map(({ principal }) => principal)
      .sort(),
  ).toEqual(['laptop', 'server']);
});

test('an agent that comes back over another connection is the same one', () => {
  const presence = presenceOf();
  const left = presence.began('bob', 'streaming', 'room', laptop);
  pass(minute);
  left();
  pass(minute);
  presence.saw('bob', 'room', { ...laptop, client: undefined, transport: 'http', address: '192.0.2.8' });
  expect(presence.list(laptop)).toMatchObject([
    { firstSeen: 1_000_000, transport: 'http', address: '192.0.2.8', client: { name: 'example-client' } },
  ]);
});

test('an agent expires when nothing is heard from it, and is a new one when it comes back after that', () => {
  const presence = presenceOf();
  presence.saw('bob', 'room', laptop);
  pass(15 * minute);
  expect(presence.list(laptop)).toHaveLength(1);
  pass(1);
  expect(presence.list(laptop)).toEqual([]);
  presence.saw('carol', 'room', laptop);
  pass(16 * minute);
  // Nobody has asked for the list in between.
  presence.saw('carol', 'room', laptop);
  expect(presence.list(laptop)).toMatchObject([{ name: 'carol', firstSeen: Date.now() }]);
});

test('who waits or streams is here as long as that lasts, and until some minutes after', () => {
  const presence = presenceOf();
  const ends = [
    presence.began('bob', 'waiting', 'room', laptop),
    presence.began('bob', 'waiting', 'room', laptop),
    presence.began('bob', 'streaming', 'hall', laptop),
  ];
  pass(60 * minute);
  expect(presence.list(laptop)).toMatchObject([
    { waiting: ['room'], streaming: ['hall'], lastSeen: Date.now() },
  ]);
  ends[0]?.();
  ends[0]?.();
  expect(presence.list(laptop)).toMatchObject([{ waiting: ['room'] }]);
  for (const end of ends) end();
  expect(presence.list(laptop)).toMatchObject([{ waiting: [], streaming: [] }]);
  pass(15 * minute);
  expect(presence.list(laptop)).toHaveLength(1);
  pass(1);
  expect(presence.list(laptop)).toEqual([]);
});

test('only so many are remembered, and those who are busy or were heard from last are kept', () => {
  const presence = presenceOf();
  const left = presence.began('waits', 'waiting', 'room', laptop);
  const leaves = presence.began('leaves late', 'waiting', 'room', laptop);
  presence.saw('silent', 'room', laptop);
  for (let number = 0; number < 1_997; number++) presence.saw(`agent ${number}`, 'room', laptop);
  vi.setSystemTime(Date.now() + 2_000);
  leaves();
  presence.saw('one more', 'room', laptop);
  const names = presence.list(laptop).map(({ name }) => name);
  expect(names).toHaveLength(2_000);
  expect(names).toEqual(expect.arrayContaining(['waits', 'leaves late', 'one more', 'agent 0']));
  expect(names).not.toContain('silent');
  left();
});

test('who may read some channels sees those who were heard from there, and what they do there', () => {
  const presence = presenceOf();
  presence.began('bob', 'waiting', 'room', laptop);
  presence.began('bob', 'streaming', 'vault', laptop);
  presence.saw('carol', 'vault', laptop);
  const guest = { access: accessOf({ channels: { read: ['room'] } }) };
  expect(presence.list(guest)).toMatchObject([{ name: 'bob', waiting: ['room'], streaming: [] }]);
  presence.saw('carol', 'room', laptop);
  expect(presence.list(guest)).toHaveLength(2);
  for (let number = 0; number < 50; number++) presence.saw('carol', `vault ${number}`, laptop);
  expect(presence.list(guest).map(({ name }) => name)).toEqual(['bob']);
});
