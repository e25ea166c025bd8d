import { describe, expect, test } from 'vitest';
import { Notifications } from '../../src-main/desktop/notifications.ts';
import { noticeOfMessage } from '../../src-main/desktop/notices.ts';
import type { StreamMessage } from '../../src-shared/client/stream-event.ts';
import { desktopSettings, type DesktopSettings } from '../../src-shared/desktop-settings.ts';
import type { Destination } from '../../src-shared/ipc-channels.ts';
import { NotificationDouble } from './double/system.ts';

function message(content: string, change: Partial<StreamMessage> = {}): StreamMessage {
  return {
    ...{
      seq: 1,
      id: 'm1',
      channel: 'demo:builds',
      sender: 'atlas',
      timestamp: '2026-11-23T08:00:00.000000Z',
    },
    ...{ content, is_json: content.startsWith('{'), preview: content, origin: null },
    ...change,
  };
}

function envelope(fields: object): string {
  return JSON.stringify({ schema_version: 1, content: { text: 'x' }, ...fields });
}

function setUp(change: Partial<DesktopSettings> = {}) {
  const shown: NotificationDouble[] = [];
  const opened: (Destination | undefined)[] = [];
  const refusals: string[] = [];
  const world = { isWatched: false, refusal: undefined as string | undefined };
  const notifications = new Notifications({
    create: (options) => {
      const double = new NotificationDouble(options, world.refusal);
      shown.push(double);
      return double.exported as never;
    },
    isSupported: () => true,
    settings: () => ({ ...desktopSettings.parse({}), ...change }),
    isWatched: () => world.isWatched,
    open: (destination) => opened.push(destination),
    onRefused: (reason) => refusals.push(reason),
  });
  return { notifications, shown, opened, refusals, world };
}

const settings = (notifications: DesktopSettings['notifications']) => ({
  ...desktopSettings.parse({}),
  notifications,
  name: 'ada',
});

describe('what a message is worth saying', () => {
  test.each([
    ['a plain message', message('done'), false],
    ['one with the name as a word', message('look, @ada: it is green'), true],
    ['one with a longer name', message('look, @adam: it is green'), false],
    ['an address in it', message('mail to x@ada.example'), false],
    ['a task for the person', message(envelope({ type: 'task', recipient: 'ada' })), true],
    ['a question for another', message(envelope({ type: 'question', recipient: 'orion' })), false],
    ['a question for everybody', message(envelope({ type: 'question' })), true],
    ['an error for everybody', message(envelope({ type: 'error' })), true],
    ['a result for everybody', message(envelope({ type: 'result' })), false],
    ['what the person wrote', message('@ada', { sender: 'ada' }), false],
  ])('as a mention: %s, %#', (_what, given, told) => {
    expect(noticeOfMessage(given, settings('mentions')) !== undefined).toBe(told);
  });

  test('shows an envelope by its type and its words', () => {
    const given = message(envelope({ type: 'question', content: { text: 'Which branch?', urgent: true } }));
    expect(noticeOfMessage(given, settings('all'))?.body).toBe('Question: Which branch?');
    const data = message(envelope({ type: 'result', content: { passed: 128 } }));
    expect(noticeOfMessage(data, settings('all'))?.body).toBe('Result: {"passed":128}');
  });

  test('is everything but the own messages with `all`, nothing with `off`', () => {
    expect(noticeOfMessage(message('done'), settings('all'))).toEqual({
      title: 'atlas in demo:builds',
      body: 'done',
      destination: { view: 'channel', channel: 'demo:builds', message: 'm1' },
    });
    expect(noticeOfMessage(message('done', { sender: 'ada' }), settings('all'))).toBeUndefined();
    expect(noticeOfMessage(message('@ada'), settings('off'))).toBeUndefined();
  });
});

describe('notifications', () => {
  test('lead to their message', () => {
    const { notifications, shown, opened } = setUp({ notifications: 'all' });
    notifications.message(message('done'));
    expect(shown[0]?.isShown).toBe(true);
    shown[0]?.emitter.emit('click', {});
    expect(opened).toEqual([{ view: 'channel', channel: 'demo:builds', message: 'm1' }]);
  });

  test('are not shown while the person looks at the window', () => {
    const { notifications, shown, world } = setUp({ notifications: 'all' });
    world.isWatched = true;
    notifications.message(message('done'));
    notifications.stuck([{ consumer: 'orion', channel: 'demo:builds', minutes: 12 }]);
    expect(shown).toEqual([]);
  });

  test('tell of each stuck agent once, and again after it had caught up', () => {
    const { notifications, shown } = setUp();
    const orion = { consumer: 'orion', channel: 'demo:builds', minutes: 12 };
    notifications.stuck([orion]);
    notifications.stuck([{ ...orion, minutes: 13 }]);
    expect(shown.map(({ options }) => options.body)).toEqual([
      'It has left messages in demo:builds unread for 12 min.',
    ]);
    notifications.stuck([]);
    notifications.stuck([
      { ...orion, minutes: 10 },
      { ...orion, channel: 'demo:tests' },
    ]);
    expect(shown).toHaveLength(3);
  });

  test('are summed up when messages come too fast', () => {
    const { notifications, shown } = setUp({ notifications: 'all' });
    for (let n = 0; n < 50; n++) notifications.message(message(`line ${n}`));
    expect(shown.map(({ options }) => options.title)).toEqual([
      ...['atlas in demo:builds', 'atlas in demo:builds', 'atlas in demo:builds'],
      'More messages',
    ]);
  });

  test('that the system refuses are told of once', () => {
    const { notifications, refusals, world } = setUp({ notifications: 'all' });
    world.refusal = 'UNErrorDomain error 1';
    notifications.message(message('one'));
    notifications.message(message('two'));
    expect(refusals).toEqual(['UNErrorDomain error 1']);
  });
});
