import { describe as group, expect, test } from 'vitest';
import { describe } from '../../src-shared/messages/describe.ts';
import { feedMessage } from './feed-message.ts';

const facts = (content: unknown) =>
  describe(feedMessage(content)).facts.map(({ label, value, code }) => [label, value, code]);

group('what a message says', () => {
  test('is its text, if it is plain', () => {
    expect(describe(feedMessage('Just words'))).toMatchObject({
      type: undefined,
      text: 'Just words',
      facts: [],
    });
  });

  test('of an envelope is its words, then its fields in a fixed order', () => {
    const message = feedMessage({
      type: 'task',
      content: {
        zeta: 'last',
        args: ['-k', 'two words'],
        goal: 'Run the tests',
        target: 'services/payments',
        urgent: true,
        nothing: null,
        many: [{ a: 1 }, { b: 2 }],
        nested: { a: 1 },
      },
    });
    expect(describe(message)).toMatchObject({ type: 'task', text: 'Run the tests' });
    expect(describe(message).facts.map(({ label, value, code }) => [label, value, code])).toEqual([
      ['Target', 'services/payments', true],
      ['Arguments', "-k 'two words'", true],
      ['Zeta', 'last', false],
      ['Urgent', 'yes', false],
      ['Nothing', 'none', false],
      ['Many', '2 items', false],
      ['Nested', '1 field', false],
    ]);
  });

  test.each([
    [{ type: 'text', content: 'hello' }, undefined, 'hello'],
    [{ type: 'deploy', content: 42 }, 'deploy', '42'],
    [{ type: 'result', content: null }, 'result', 'null'],
    ['{"type":"note","do":"this"}', 'note', 'this'],
    ['{"just":"json"}', undefined, ''],
  ])('of %j has the type %s and the words %j', (content, type, text) => {
    expect(describe(feedMessage(content))).toMatchObject({ type, text });
  });

  test('of something that only looks like an envelope says why it is none', () => {
    const { warning, type } = describe(feedMessage({ type: 'task', content: 'x', color: 'red' }));
    expect(warning).toContain('color');
    expect(type).toBe('task');
  });

  test('tells times from text', () => {
    const [fact] = describe(
      feedMessage({ type: 'task', content: { deadline: '2026-03-01T10:00:00Z' } }),
    ).facts;
    expect(fact).toMatchObject({ label: 'Reply by', time: Date.parse('2026-03-01T10:00:00Z') });
    expect(facts({ type: 'task', content: { deadline: 'soon' } })).toEqual([['Reply by', 'soon', false]]);
  });

  test.each([
    [{ done: 63, total: 120 }, 63 / 120, 120],
    [{ percent: 40 }, 0.4, 100],
    [{ progress: 0.25 }, 0.25, 100],
    [{ done: 500, total: 100 }, 1, 100],
    [{ done: 1, total: 0 }, undefined, undefined],
    [{ text: 'half' }, undefined, undefined],
  ])('of a progress of %j is a share', (content, ratio, total) => {
    const { progress } = describe(feedMessage({ type: 'progress', content }));
    expect(progress && [progress.ratio, progress.total]).toEqual(
      ratio === undefined ? undefined : [ratio, total],
    );
  });

  test('survives names that objects have anyway', () => {
    expect(facts('{"constructor":1,"__proto__":2,"toString":"x"}')).toEqual([
      ['Constructor', '1', false],
      ['__proto__', '2', false],
      ['toString', 'x', false],
    ]);
  });
});
