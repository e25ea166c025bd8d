import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { startDesktop } from './start-desktop.ts';

const isRunning = ({ relay: { state } }: { relay: { state: string } }) => state === 'running';

describe('the icon in the tray', () => {
  test.each([
    ['darwin', false, 'runningTemplate.png'],
    ['darwin', true, 'runningTemplate.png'],
    ['win32', true, 'running-dark-panel.ico'],
    ['win32', false, 'running-light-panel.ico'],
    ['linux', true, 'running-dark-panel.png'],
    ['linux', false, 'running-light-panel.png'],
  ] as const)('on %s with a dark panel (%s) is %s, which is there', async (platform, isDark, file) => {
    const { double, until } = await startDesktop({
      platform,
      prepare: ({ nativeTheme }) => (nativeTheme.isDark = isDark),
    });
    await until(isRunning);
    await double.tray.until(() => (double.tray.image.path.endsWith(file) ? true : undefined));
    expect(existsSync(double.tray.image.path)).toBe(true);
  });

  test('is white on the dark panel of GNOME, whatever the theme', async () => {
    const { double } = await startDesktop({
      env: { CLAUDE_BRIDGE_PORT: '0', XDG_CURRENT_DESKTOP: 'ubuntu:GNOME' },
    });
    expect(double.tray.image.path).toContain('-dark-panel.png');
  });

  test('follows the theme of the system', async () => {
    const { double, until } = await startDesktop({ platform: 'win32' });
    await until(isRunning);
    double.nativeTheme.isDark = true;
    double.nativeTheme.emitter.emit('updated');
    await double.tray.until(() => (double.tray.image.path.includes('dark-panel') ? true : undefined));
  });

  test('opens the window by a click on Windows; elsewhere the menu is enough', async () => {
    const { double } = await startDesktop({ platform: 'win32', hidden: true });
    double.tray.emitter.emit('click', {});
    await expect.poll(() => double.window.exported.isVisible()).toBe(true);
    const linux = await startDesktop({ hidden: true });
    linux.double.tray.emitter.emit('click', {});
    expect(linux.double.windows).toEqual([]);
  });

  test('counts what is unread: beside it on macOS, in its tooltip everywhere, on the dock or launcher', async () => {
    const { double, call } = await startDesktop({ platform: 'darwin' });
    await call('reportUnread', [
      { channel: 'demo:builds', count: 4 },
      { channel: 'demo:tests', count: 2 },
    ]);
    await double.tray.until(() => (double.tray.title === '6' ? true : undefined));
    expect(double.app.badge).toBe(6);
    await call('reportUnread', []);
    await double.tray.until(() => (double.tray.title === '' ? true : undefined));
    expect(double.app.badge).toBe(0);
  });
});

test('what is unread is marked in the taskbar of Windows, and not when it was read', async () => {
  const { double, call } = await startDesktop({ platform: 'win32' });
  await call('reportUnread', [{ channel: 'demo:builds', count: 4 }]);
  await double.tray.until(() => (double.window.overlay === '4 unread' ? true : undefined));
  await call('reportUnread', []);
  await double.tray.until(() => (double.window.overlay === '' ? true : undefined));
});

describe('the menu', () => {
  test('copies address and commands, whole, with the token in them', async () => {
    const { double, until, click, call } = await startDesktop({ config: { requireToken: true } });
    const { relay } = await until(isRunning);
    const url = relay.running?.url ?? '';
    const { token } = await call('showToken');
    const copied = async (label: string) => {
      double.clipboard.text = '';
      await click(label);
      await expect.poll(() => double.clipboard.text).not.toBe('');
      return double.clipboard.text;
    };
    expect(await copied('Address')).toBe(url);
    expect(await copied('MCP address')).toBe(`${url}/mcp`);
    expect(await copied('Command for Claude Code')).toBe(
      `claude mcp add --scope user --transport http claude-bridge ${url}/mcp --header 'Authorization: Bearer ${token ?? ''}'`,
    );
    expect(await copied('Command for Codex')).toContain('--bearer-token-env-var');
    expect(await copied('Token of this relay')).toBe(token);
    const diagnostics = await copied('Diagnostics');
    expect(diagnostics).toContain('Relay: running');
    expect(diagnostics).not.toContain(token ?? 'no token');
  });

  test('copies a code with which another machine gets a token of its own', async () => {
    const { double, until, click } = await startDesktop({ config: { requireToken: true } });
    const { relay } = await until(isRunning);
    await click('Pairing code');
    await expect.poll(() => double.clipboard.text).toMatch(/^[\w]{4}-[\w]{4}$/);
    const answer = await fetch(`${relay.running?.url ?? ''}/api/pairings/redeem`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: double.clipboard.text, label: 'atlas-laptop' }),
    });
    expect(await answer.json()).toMatchObject({ label: 'atlas-laptop', rights: ['read', 'send'] });
  });

  test('copies commands for PowerShell on Windows', async () => {
    const { double, until, click } = await startDesktop({ platform: 'win32', config: { authToken: "it's" } });
    await until(isRunning);
    await click('Command for Gemini CLI');
    await expect.poll(() => double.clipboard.text).toContain("'Authorization: Bearer it''s'");
  });

  test('opens channels, settings and the view that connects machines', async () => {
    const { double, until, click, call } = await startDesktop();
    await until(isRunning);
    await call('reportUnread', [{ channel: 'demo:builds/über', count: 1 }]);
    await click('demo:builds/über (1 message)');
    expect(double.window.contents.url).toBe('app://bundle/index.html#/channels/demo%3Abuilds%2F%C3%BCber');
    await click('Connect a machine…');
    expect(double.window.contents.url).toBe('app://bundle/index.html#/connect');
    await click('Settings…');
    expect(double.window.contents.url).toBe('app://bundle/index.html#/settings');
    // Moves within the page are no new loads of it.
    expect(double.window.loads).toBe(1);
    await click('Open Claude Bridge');
    expect(double.window.contents.url).toBe('app://bundle/index.html#/settings');
  });

  test('starts at login, or not', async () => {
    const { until, click } = await startDesktop();
    await click('Start at login');
    await until(({ login: { enabled } }) => enabled);
    await click('Start at login');
    await until(({ login: { enabled } }) => !enabled);
  });

  test('says at once what it could not do, though no window may be open', async () => {
    const { double, until, click } = await startDesktop({ hidden: true });
    await until(isRunning);
    double.clipboard.failure = new Error('the clipboard is in use');
    await click('Address');
    await expect
      .poll(() => double.dialog.questions)
      .toEqual([
        { type: 'error', message: 'Nothing was copied', detail: 'the clipboard is in use', noLink: true },
      ]);
    const { problems } = await until(({ problems }) => problems.length > 0);
    expect(problems).toEqual(['Nothing was copied: the clipboard is in use']);
  });

  test('opens the log', async () => {
    const { double, click, home } = await startDesktop();
    await click('View logs');
    await expect.poll(() => double.shell.paths).toEqual([`${home}/logs/claude-bridge.log`]);
  });

  test('looks for updates when asked to; a development build says that it cannot', async () => {
    const { until, click } = await startDesktop();
    await click('Check for updates…');
    const { update } = await until(({ update: { kind } }) => kind === 'failed');
    expect(update).toMatchObject({ sentence: expect.stringContaining('development build') as string });
  });
});

test('pausing keeps what arrives, says so to agents, and resuming goes on', async () => {
  const { double, until, click } = await startDesktop({ hidden: true });
  await until(isRunning);
  await click('Pause');
  await until(({ relay }) => (relay.running?.paused_since ?? null) !== null);
  const sent = await double.request('/api/send', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ channel: 'demo:x', sender: 'atlas', content: 'later' }),
  });
  expect(await sent.json()).toMatchObject({ paused: true });
  const page = await double.request('/api/messages?channel=demo:x');
  expect(await page.json()).toMatchObject({ messages: [], warning: 'paused' });
  await double.tray.until(() => (double.tray.image.path.includes('stopped-') ? true : undefined));
  await click('Resume');
  await until(({ relay }) => relay.running?.paused_since === null);
  expect(await (await double.request('/api/messages?channel=demo:x')).json()).toMatchObject({
    messages: [{ sender: 'atlas' }],
  });
});
