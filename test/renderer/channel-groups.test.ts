import { describe, expect, test } from 'vitest';
import { splitChannel } from '../../src-shared/channel.ts';
import { channelGroups } from '../../src-renderer/views/channels/channel-groups.ts';

const channel = (id: string, lastAt: string) => ({
  id,
  ...splitChannel(id),
  count: 1,
  lastAt,
  senders: [],
  open: 0,
  oldestOpenAt: undefined,
});

const channels = [
  channel('infra:alerts', '2026-01-01'),
  channel('payments:review', '2026-01-03'),
  channel('payments:worker', '2026-01-05'),
  channel('plain', '2026-01-04'),
];

const shown = (...[filter, held]: [string?, Map<string, string>?]) =>
  channelGroups(channels, filter ?? '', held).map(({ name, channels: members }) => [
    name,
    ...members.map(({ id }) => id),
  ]);

describe('the list of channels', () => {
  test('has groups and channels with the newest message first', () => {
    expect(shown()).toEqual([
      ['payments', 'payments:worker', 'payments:review'],
      ['', 'plain'],
      ['infra', 'infra:alerts'],
    ]);
  });

  test('holds only channels with every word of the filter, in any case', () => {
    expect(shown('PAY rev')).toEqual([['payments', 'payments:review']]);
    expect(shown('nothing')).toEqual([]);
  });

  test('keeps the order that is held', () => {
    const held = new Map([
      ['infra:alerts', '2026-02-01'],
      ['payments:review', '2026-01-30'],
    ]);
    expect(shown('', held)).toEqual([
      ['infra', 'infra:alerts'],
      ['payments', 'payments:review', 'payments:worker'],
      ['', 'plain'],
    ]);
  });
});
