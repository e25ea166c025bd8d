import { describe, expect, test } from 'vitest';
import { parseSend } from '../../src-shared/api/sending.ts';
import {
  afterSending,
  emptyDraft,
  isPastedJson,
  toPayload,
  type Draft,
} from '../../src-shared/messages/draft.ts';
import type { FeedMessage } from '../../src-shared/messages/feed-message.ts';
import { feedMessage } from './feed-message.ts';

const payloadOf = (draft: Partial<Draft>, target?: FeedMessage) =>
  toPayload(
    { ...emptyDraft(), ...draft },
    { target, matter: 'job-1', now: Date.parse('2026-03-01T10:00:00Z') },
  );

describe('what a draft sends', () => {
  test('is plain text, for everyone and in answer to nothing', () => {
    expect(payloadOf({ text: 'Hello' })).toEqual({ content: 'Hello' });
  });

  test('is a task with what the guide asks for, and nothing empty', () => {
    expect(payloadOf({ kind: 'task', goal: 'Count', why: ' ', replyWithin: 30 })).toEqual({
      message: {
        schema_version: 1,
        type: 'task',
        content: { goal: 'Count', reply_by: '2026-03-01T10:30:00.000Z' },
        correlation_id: 'job-1',
      },
    });
  });

  test.each([
    ['question', 'answer'],
    ['task', 'text'],
  ])('in answer to a %s is of the type %s, about the same matter', (asked, type) => {
    const target = feedMessage(
      { type: asked, thread_id: 'T', correlation_id: 'C', content: '?' },
      { id: 'm-asked' },
    );
    expect(payloadOf({ text: 'Yes', replyTo: 'm-asked' }, target)).toEqual({
      message: {
        schema_version: 1,
        type,
        content: 'Yes',
        thread_id: 'T',
        reply_to: 'm-asked',
        correlation_id: 'C',
      },
    });
  });

  test.each([
    ['{"schema_version":1,"type":"a","content":1}', { schema_version: 1, type: 'a', content: 1 }],
    ['{"type":"a","content":1}', { schema_version: 1, type: 'a', content: 1 }],
    ['{"any":"thing"}', { schema_version: 1, type: 'data', content: { any: 'thing' } }],
  ])('of the JSON %s is an envelope', (json, message) => {
    expect(payloadOf({ kind: 'json', json })).toEqual({ message });
  });

  test.each<Partial<Draft>>([
    { text: 'Hello' },
    { text: 'Hello', recipient: 'orion' },
    { kind: 'task', goal: 'Count', why: 'because', doneWhen: 'done', replyWithin: 10 },
    { kind: 'question', question: 'Why?', recipient: 'orion' },
    { kind: 'json', json: '{"a":[1,2]}' },
  ])('%j passes the check of the relay', (draft) => {
    expect(() => parseSend({ channel: 'demo:one', sender: 'desk', ...payloadOf(draft) })).not.toThrow();
  });

  test('leaves its kind and recipient behind, but no reply and no words', () => {
    expect(
      afterSending({ ...emptyDraft(), kind: 'task', goal: 'x', recipient: 'orion', replyTo: 'm' }),
    ).toEqual({
      ...emptyDraft(),
      kind: 'task',
      recipient: 'orion',
    });
  });

  test.each([
    ['{"a":1}', true],
    [' {"a":1}\n', true],
    ['[1]', false],
    ['{"a":', false],
    ['words', false],
  ])('%j is offered as JSON: %s', (text, offered) => expect(isPastedJson(text)).toBe(offered));
});
