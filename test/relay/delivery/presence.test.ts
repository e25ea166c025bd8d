import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Actor } from '../../../src-main/relay/actor.ts';
import { Presence } from '../../../src-main/relay/presence.ts';

const minute = 60_000;
const laptop: Actor = {
  principal: 'laptop',
  transport: 'mcp',
  address: '192.0.2.7',
  client: { name: 'example-client', version: '1.2.3' },
};

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
  presence.saw('bob', laptop);
  pass(minute);
  presence.saw('carol', { principal: 'server', transport: 'http' });
  expect(presence.list()).toEqual([
    expect.objectContaining({ name: 'carol', principal: 'server', client: undefined, address: undefined }),
    {
      name: 'bob',
      ...laptop,
      firstSeen: 1_000_000,
      lastSeen: 1_000_000,
      waiting: [],
      streaming: [],
    },
  ]);
});

test('one name under two credentials is two agents', () => {
  const presence = presenceOf();
  presence.saw('bob', laptop);
  presence.saw('bob', { ...laptop, principal: 'server' });
  expect(
    presence
      .list()
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
  presence.saw('bob', { principal: 'laptop', transport: 'http', address: '192.0.2.8' });
  expect(presence.list()).toMatchObject([
    { firstSeen: 1_000_000, transport: 'http', address: '192.0.2.8', client: { name: 'example-client' } },
  ]);
});

test('an agent expires when nothing is heard from it, and is a new one when it comes back after that', () => {
  const presence = presenceOf();
  presence.saw('bob', laptop);
  pass(15 * minute);
  expect(presence.list()).toHaveLength(1);
  pass(1);
  expect(presence.list()).toEqual([]);
  presence.saw('carol', laptop);
  pass(16 * minute);
  // Nobody has asked for the list in between.
  presence.saw('carol', laptop);
  expect(presence.list()).toMatchObject([{ name: 'carol', firstSeen: Date.now() }]);
});

test('who waits or streams is here as long as that lasts, and until some minutes after', () => {
  const presence = presenceOf();
  const ends = [
    presence.began('bob', 'waiting', 'room', laptop),
    presence.began('bob', 'waiting', 'room', laptop),
    presence.began('bob', 'streaming', 'hall', laptop),
  ];
  pass(60 * minute);
  expect(presence.list()).toMatchObject([{ waiting: ['room'], streaming: ['hall'], lastSeen: Date.now() }]);
  ends[0]?.();
  ends[0]?.();
  expect(presence.list()).toMatchObject([{ waiting: ['room'] }]);
  for (const end of ends) end();
  expect(presence.list()).toMatchObject([{ waiting: [], streaming: [] }]);
  pass(15 * minute);
  expect(presence.list()).toHaveLength(1);
  pass(1);
  expect(presence.list()).toEqual([]);
});

test('only so many are remembered, and those who are busy or were heard from last are kept', () => {
  const presence = presenceOf();
  const left = presence.began('waits', 'waiting', 'room', laptop);
  const leaves = presence.began('leaves late', 'waiting', 'room', laptop);
  presence.saw('silent', laptop);
  for (let number = 0; number < 1_997; number++) presence.saw(`agent ${number}`, laptop);
  leaves();
  presence.saw('one more', laptop);
  const names = presence.list().map(({ name }) => name);
  expect(names).toHaveLength(2_000);
  expect(names).toEqual(expect.arrayContaining(['waits', 'leaves late', 'one more', 'agent 0']));
  expect(names).not.toContain('silent');
  left();
});
