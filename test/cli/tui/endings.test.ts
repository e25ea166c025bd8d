import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runProgram, scratchDirectory, startRelay } from '../../support/program.ts';
import { runInTerminal } from '../../support/terminal.ts';
import { hasTmux, TmuxScreen } from '../../support/tmux.ts';
import { openScreen } from './open-screen.ts';

const restored = { alternateScreen: false, cursorShown: true, cooked: true };
const messages = [['demo:worker', 'Ready for work.']] as const;

describe.skipIf(!hasTmux)('the terminal', { timeout: 90_000 }, () => {
  test.each([
    ['q', 0],
    ['C-c', 0],
  ])('is given back after %s', async (key, exitCode) => {
    const { screen } = await openScreen(messages);
    await screen.press('/', 'x');
    await screen.shows(/Filter: +x/);
    await screen.press('Escape');
    await screen.shows({ not: 'Filter:' });
    await screen.press(key);
    const end = await screen.ended();
    expect(end).toMatchObject({ ...restored, exitCode });
    expect(end.text).not.toContain('Ready');
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('is given back after %s, also while something is typed', async (signal, exitCode) => {
    const { screen } = await openScreen(messages);
    await screen.press('s');
    await screen.type('Half a th');
    await screen.shows('Half a th');
    await screen.signal(signal);
    expect(await screen.ended()).toMatchObject({ ...restored, exitCode });
  });

  test('says that what was sent last may be stored, and so it does afterwards', async () => {
    const { relay, screen } = await openScreen(messages);
    relay.signal('SIGSTOP');
    await screen.press('s');
    await screen.type('Deploy the page');
    await screen.press('Enter');
    await screen.shows('Sending …');
    await relay.kill();
    await screen.shows('It may be stored all the same: Enter sends it again and stores it once.');
    await screen.press('C-c');
    const end = await screen.ended();
    expect(end).toMatchObject({ ...restored, exitCode: 0 });
    expect(end.text).toContain('no answer came to what was sent last');
  });

  test('is given back before the error of a crash is printed', async () => {
    const bomb = join(scratchDirectory(), 'bomb.mjs');
    writeFileSync(bomb, `process.on('SIGUSR2', () => { throw new Error('made to crash'); });`);
    const { screen } = await openScreen(messages, {
      env: { NODE_OPTIONS: `--import=${pathToFileURL(bomb).href}` },
    });
    await screen.signal('SIGUSR2');
    const end = await screen.ended();
    expect(end).toMatchObject({ ...restored, exitCode: 1 });
    expect(end.text).toContain('made to crash');
  });
});

describe('the terminal screen', { timeout: 60_000 }, () => {
  test('says that it needs a terminal, with exit code 2', async () => {
    const relay = await startRelay();
    const { code, stdout, stderr } = await runProgram(['tui'], { home: relay.home });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      'error: tui needs a terminal for its input and output; claude-bridge tail -f prints what comes into a pipe\n',
    );
  });

  test.skipIf(!hasTmux)('says that no relay runs, with exit code 5', async () => {
    const { code, text } = await runInTerminal(['tui'], {});
    expect(code).toBe(5);
    expect(text).toMatch(/^error: no relay is running here/);
  });

  test.skipIf(!hasTmux)(
    'waits for a relay that was named and does not answer, and says when it refuses',
    async () => {
      const relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'a-token-for-this-test' } });
      const home = scratchDirectory();
      const tokenFile = join(home, 'given-token');
      writeFileSync(tokenFile, 'the-wrong-token-here\n', { mode: 0o600 });
      const screen = await TmuxScreen.open(['tui', '--url', relay.url, '--token-file', tokenFile], { home });
      await screen.shows('✖ REFUSED', '○ OFFLINE', /token|unauthorized/);
      writeFileSync(tokenFile, 'a-token-for-this-test\n', { mode: 0o600 });
      await screen.press('r');
      await screen.shows('● ONLINE', 'There is no channel yet');
      await screen.press('q');
      expect(await screen.ended()).toMatchObject({ ...restored, exitCode: 0 });
    },
  );
});
