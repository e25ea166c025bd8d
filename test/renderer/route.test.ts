import { describe, expect, test } from 'vitest';
import { channelHash, hashOf, parseRoute } from '../../src-renderer/route.ts';

describe('the address of a view', () => {
  test.each([
    ['', 'channels', []],
    ['#', 'channels', []],
    ['#/', 'channels', []],
    ['#/settings', 'settings', []],
    ['#/nowhere/else', 'channels', []],
    ['#/channels/demo%3Abuilds', 'channels', ['demo:builds']],
    ['#/channels/demo:builds/01a2', 'channels', ['demo:builds', '01a2']],
    ['#/channels/100%', 'channels', ['100%']],
  ])('%j is %s %j', (hash, view, path) => {
    expect(parseRoute(hash)).toMatchObject({ view, path });
  });

  test.each([['demo:builds'], ['a/b?c#d'], ['50 %'], ['قناة'], ['👩‍💻']])(
    'leads back to the channel %j',
    (channel) => {
      const hash = channelHash(channel, 'an/id');
      expect(parseRoute(hash)).toMatchObject({ view: 'channels', path: [channel, 'an/id'] });
    },
  );

  test('carries a query', () => {
    const { view, query } = parseRoute(hashOf('search', [], { q: 'a & b' }));
    expect(view).toBe('search');
    expect(query.get('q')).toBe('a & b');
  });
});
