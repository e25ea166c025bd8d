import { describe, expect, test } from 'vitest';
import { AttentionWatch } from '../../src-main/desktop/attention.ts';
import { ApiClient } from '../../src-shared/client/api-client.ts';
import { startDesktop, type RunningDesktop } from './start-desktop.ts';

const isRunning = ({ relay: { state } }: { relay: { state: string } }) => state === 'running';

async function send({ double }: RunningDesktop, body: object): Promise<void> {
  const response = await double.request('/api/send', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ channel: 'demo:builds', sender: 'atlas', content: 'done', ...body }),
  });
  expect(response.status).toBe(200);
}

describe('what waits for the person', () => {
  test('is counted while there is no page that does so', async () => {
    const desktop = await startDesktop({ hidden: true });
    await desktop.until(isRunning);
    await send(desktop, {});
    await send(desktop, {});
    await send(desktop, { channel: 'demo:tests' });
    await send(desktop, { sender: 'desk' });
    const { attention } = await desktop.until(({ attention: { unread } }) => unread.length === 2);
    expect(attention.unread).toEqual([
      { channel: 'demo:builds', count: 2 },
      { channel: 'demo:tests', count: 1 },
    ]);
    await desktop.double.request('/api/clear', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ channel: 'demo:builds' }),
    });
    await desktop.until(({ attention: { unread } }) => unread.length === 1);
  });

  test('is what the page says, once there is one', async () => {
    const desktop = await startDesktop();
    await desktop.until(isRunning);
    await desktop.call('reportUnread', [{ channel: 'demo:builds', count: 3 }]);
    await send(desktop, {});
    await send(desktop, { channel: 'demo:tests' });
    const { attention } = await desktop.until(({ attention: { unread } }) => unread.length > 0);
    expect(attention.unread).toEqual([{ channel: 'demo:builds', count: 3 }]);
  });

  test('is counted here again when the page is gone', async () => {
    const desktop = await startDesktop();
    await desktop.until(isRunning);
    await desktop.call('reportUnread', [{ channel: 'demo:builds', count: 3 }]);
    desktop.double.window.crash();
    await send(desktop, {});
    await desktop.until(({ attention: { unread } }) => unread[0]?.count === 4);
  });

  test('is remembered until the next start', async () => {
    const first = await startDesktop({ hidden: true });
    await first.until(isRunning);
    await send(first, {});
    await first.until(({ attention: { unread } }) => unread.length === 1);
    await first.quit();
    const second = await startDesktop({ hidden: true, home: first.home });
    expect((await second.state()).attention.unread).toEqual([{ channel: 'demo:builds', count: 1 }]);
  });

  test('is told of by a notification that leads to the message, but not while the window is looked at', async () => {
    const desktop = await startDesktop({ config: { desktop: { notifications: 'all' } } });
    const { double } = desktop;
    await desktop.until(isRunning);
    await expect.poll(() => double.window.exported.isFocused()).toBe(true);
    await send(desktop, { content: 'seen by the person anyway' });
    await desktop.until(({ attention: { unread } }) => unread[0]?.count === 1);
    expect(double.notifications).toEqual([]);
    double.window.blur();
    await send(desktop, { content: 'look here' });
    await expect.poll(() => double.notifications.map(({ options }) => options.body)).toEqual(['look here']);
    double.notifications[0]?.emitter.emit('click', {});
    expect(double.window.contents.url).toMatch(/#\/channels\/demo%3Abuilds\/[\da-f-]{36}$/);
  });

  test('are agents that have left messages unread for too long, longest first', async () => {
    const told: unknown[] = [];
    let changed: () => void = () => undefined;
    const looked = new Promise<void>((resolve) => (changed = resolve));
    const consumer = { channel: 'demo:builds', unread: 1 };
    const watch = new AttentionWatch({
      api: new ApiClient({ url: 'http://relay.example', fetch: canned }),
      ...{ ownName: () => 'desk', unread: [], onMessage: () => undefined, onError: () => undefined },
      onStuck: (stuck) => told.push(stuck),
      onChange: () => changed(),
    });
    watch.start();
    await looked;
    watch.stop();
    expect(told).toEqual([
      [
        { consumer: 'orion', channel: 'demo:builds', minutes: 41 },
        { consumer: 'lyra', channel: 'demo:builds', minutes: 12 },
      ],
    ]);

    function canned(input: string | URL | Request): Promise<Response> {
      const { pathname } = new URL(input);
      if (pathname === '/api/agents') return Promise.resolve(Response.json({ agents: [{}, {}] }));
      if (pathname === '/api/consumers') {
        return Promise.resolve(
          Response.json({
            consumers: [
              { ...consumer, consumer_id: 'lyra', stuck: true, oldest_unread_seconds: 750 },
              { ...consumer, consumer_id: 'orion', stuck: true, oldest_unread_seconds: 2_500 },
              { ...consumer, consumer_id: 'atlas', stuck: false, oldest_unread_seconds: 3 },
            ],
          }),
        );
      }
      return new Promise(() => undefined);
    }
  });
});
