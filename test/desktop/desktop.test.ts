import { existsSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { takenPort } from '../support/ports.ts';
import { sentStates, startDesktop } from './start-desktop.ts';

describe('the application', () => {
  test('runs the relay of the command line, and its window reaches it without a port or a token', async () => {
    const { double, until, home } = await startDesktop();
    const { relay } = await until(({ relay: { state } }) => state === 'running');
    const status = await fetch(`${relay.running?.url ?? ''}/status`);
    expect(await status.json()).toMatchObject({ service: 'claude-bridge', version: '2.0.0-test' });
    const state = await double.request('/api/state');
    expect(await state.json()).toMatchObject({ total_messages: 0 });
    expect(existsSync(join(home, 'runtime/relay.json'))).toBe(true);
  });

  test('stops the relay before it ends, and the database is whole', async () => {
    const { double, until, quit, home } = await startDesktop();
    const { relay } = await until(({ relay: { state } }) => state === 'running');
    await double.request('/api/send', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ channel: 'demo:x', sender: 'ada', content: 'Hello' }),
    });
    await quit();
    await expect(fetch(relay.running?.url ?? '')).rejects.toThrow();
    expect(existsSync(join(home, 'runtime/relay.json'))).toBe(false);
    expect(existsSync(join(home, 'claude-bridge.db-wal'))).toBe(false);
  });

  test('hides its window when it is closed, says so once, and goes on', async () => {
    const { double, desktop, until } = await startDesktop();
    await until(({ relay: { state } }) => state === 'running');
    const { window } = double;
    await expect.poll(() => window.exported.isVisible()).toBe(true);
    window.close();
    expect(window.isDestroyed()).toBe(false);
    expect(window.exported.isVisible()).toBe(false);
    desktop.open();
    expect(double.windows).toHaveLength(1);
    expect(window.exported.isVisible()).toBe(true);
    window.close();
    expect(double.notifications.map(({ options }) => options.title)).toEqual([
      'Claude Bridge is still running',
    ]);
  });

  test('shows no window at login, and one when it is started again', async () => {
    const { double, desktop } = await startDesktop({ hidden: true });
    expect(double.windows).toEqual([]);
    desktop.open();
    await expect.poll(() => double.window.exported.isVisible()).toBe(true);
  });

  test('makes a page that has died anew, and the relay does not notice', async () => {
    const { double, until } = await startDesktop();
    const { relay } = await until(({ relay: { state } }) => state === 'running');
    const first = double.window;
    await expect.poll(() => first.exported.isVisible()).toBe(true);
    first.crash();
    expect(first.isDestroyed()).toBe(true);
    await expect.poll(() => double.window.exported.isVisible()).toBe(true);
    expect(double.windows).toHaveLength(2);
    const state = await until(({ problems }) => problems.length > 0);
    expect(state.problems[0]).toContain('The page of the window has died (crashed); the relay runs on.');
    expect(state.relay.running?.started_at).toBe(relay.running?.started_at);
  });

  test('gives a page up that dies again and again, until somebody opens it', async () => {
    const { double, desktop } = await startDesktop();
    for (let death = 0; death < 4; death++) {
      await expect.poll(() => double.window.exported.isVisible()).toBe(true);
      double.window.crash('oom');
    }
    expect(double.app.windows.size).toBe(0);
    desktop.open();
    await expect.poll(() => double.window.exported.isVisible()).toBe(true);
  });

  test('sends the page each new state, once it listens', async () => {
    const { double, until, click } = await startDesktop();
    await until(({ relay: { state } }) => state === 'running');
    await click('Stop relay');
    await until(({ relay: { state } }) => state === 'stopped');
    await expect.poll(() => sentStates(double).at(-1)?.relay.state).toBe('stopped');
  });

  test('answers the window why the relay does not run', async () => {
    const { double, until, click } = await startDesktop();
    await until(({ relay: { state } }) => state === 'running');
    await click('Stop relay');
    await until(({ relay: { state } }) => state === 'stopped');
    const response = await double.request('/api/state');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'relay_stopped', error: 'the relay is stopped' });
  });

  test('tells a port that is taken in tray and window, and tries again when asked to', async () => {
    const blocker = createServer();
    await once(blocker.listen(0, '127.0.0.1'), 'listening');
    const { port } = blocker.address() as AddressInfo;
    onTestFinished(() => void blocker.close());
    const { double, until, click } = await startDesktop({ config: { port }, env: {} });
    const { relay } = await until(({ relay: { state } }) => state === 'error');
    expect(relay.error?.code).toBe('port_unavailable');
    await expect.poll(() => double.tray.image.path).toContain('error-');
    expect(await (await double.request('/api/state')).json()).toMatchObject({ code: 'port_unavailable' });
    blocker.close();
    await once(blocker, 'close');
    await click('Try again');
    await until(({ relay: { state } }) => state === 'running');
    await expect.poll(() => double.tray.image.path).toContain('running-');
  });

  test('says that the relay does not run when no window is open, once for each try', async () => {
    const { double, until, click } = await startDesktop({
      config: { port: await takenPort() },
      env: {},
      hidden: true,
    });
    await until(({ relay: { state } }) => state === 'error');
    const told = () => double.notifications.map(({ options }) => options.title);
    expect(told()).toEqual(['The relay is not running']);
    expect(double.notifications[0]?.options.body).toMatch(/^Cannot listen on .* in use by another program$/);
    await click('Try again');
    await double.tray.until(() => (told().length === 2 ? true : undefined));
  });

  test('shows a settings file that cannot be read, leaves it as it is, and starts once it is mended', async () => {
    const { home, until, click, ask } = await startDesktop({ brokenConfig: '{ "port": ' });
    const { relay, problems } = await until(({ relay: { state } }) => state === 'error');
    expect(relay.error?.message).toContain('is not valid JSON');
    expect(problems[0]).toContain('A settings file cannot be read, and stays as it is');
    expect(await ask('changeSettings', { port: 9000 })).toMatchObject({ ok: false });
    expect(await ask('changeDesktopSettings', { theme: 'dark' })).toMatchObject({ ok: false });
    expect(readFileSync(join(home, 'config.json'), 'utf8')).toBe('{ "port": ');
    (await import('node:fs')).writeFileSync(join(home, 'config.json'), '{}');
    await click('Try again');
    await until(({ relay: { state } }) => state === 'running');
  });

  test('remembers that the relay was stopped', async () => {
    const first = await startDesktop();
    await first.until(({ relay: { state } }) => state === 'running');
    await first.click('Stop relay');
    await first.until(({ relay: { state } }) => state === 'stopped');
    await first.quit();
    const second = await startDesktop({ home: first.home });
    expect((await second.state()).relay.state).toBe('stopped');
    await second.click('Start relay');
    await second.until(({ relay: { state } }) => state === 'running');
  });

  test('asks before it cuts agents off', async () => {
    const { double, until, click } = await startDesktop();
    await until(({ relay: { state } }) => state === 'running');
    const waiting = double.request('/api/wait?channel=demo:x&since_id=&consumer_id=orion&timeout_seconds=30');
    await until(({ attention: { agents } }) => agents === 1);
    await expect.poll(() => double.tray.menu[1]?.label).toBe('1 agent');
    await click('Quit Claude Bridge');
    await expect
      .poll(() => double.dialog.questions.map(({ message }) => message))
      .toEqual(['Quit while 1 agent is connected?']);
    expect(double.app.hasQuit).toBe(false);
    double.dialog.response = 1;
    await click('Quit Claude Bridge');
    await double.app.quitted;
    await waiting;
  });
});
