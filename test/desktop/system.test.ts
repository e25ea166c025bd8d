import { describe, expect, test } from 'vitest';
import { quitInOrder } from '../../src-main/desktop/quit.ts';
import { reportFaults } from '../../src-main/desktop/faults.ts';
import { EventEmitter } from 'node:events';
import { ElectronDouble } from './double/electron.ts';
import { DialogDouble } from './double/system.ts';
import { EmbeddedRelay } from '../../src-main/desktop/embedded-relay.ts';
import type { Bridge } from '../../src-main/runtime/bridge.ts';
import { freePort } from '../support/ports.ts';
import { startDesktop } from './start-desktop.ts';
import { runningStatus } from './states.ts';

const isRunning = ({ relay: { state } }: { relay: { state: string } }) => state === 'running';

describe('the system', () => {
  test('puts the computer to sleep and wakes it: the relay is the same', async () => {
    const { double, until } = await startDesktop();
    const { relay } = await until(isRunning);
    double.powerMonitor.emitter.emit('suspend');
    const { shows } = double.tray;
    double.powerMonitor.emitter.emit('resume');
    await double.tray.until(() => (double.tray.shows > shows ? true : undefined));
    const after = await until(isRunning);
    expect(after.relay.running?.started_at).toBe(relay.running?.started_at);
    expect(after.problems).toEqual([]);
  });

  test('goes down: the relay stops in order', async () => {
    const { double, until } = await startDesktop();
    await until(isRunning);
    double.powerMonitor.emitter.emit('shutdown');
    await double.app.quitted;
  });

  test('ends the session on Windows without asking: the relay stops at once, though no window was open', async () => {
    const { double, until } = await startDesktop({ platform: 'win32', hidden: true });
    await until(isRunning);
    expect(double.window.exported.isVisible()).toBe(false);
    double.window.emitter.emit('session-end', {});
    await until(({ relay: { state } }) => state === 'stopped');
  });

  test('has the application in the dock of macOS only while its window is open', async () => {
    const { double } = await startDesktop({ platform: 'darwin' });
    await expect.poll(() => double.app.dockCalls).toEqual(['show']);
    double.window.close();
    expect(double.app.dockCalls).toEqual(['show', 'hide']);
    double.app.emitter.emit('activate', {}, false);
    expect(double.app.dockCalls).toEqual(['show', 'hide', 'show']);
    expect(double.applicationMenu).not.toBeNull();
  });

  test('gets no menu bar from us where the window needs none', async () => {
    const { double } = await startDesktop({ platform: 'linux' });
    expect(double.applicationMenu).toBeNull();
  });
});

test('a port that was lost while the computer slept is opened again', async () => {
  const port = await freePort();
  const status = {
    state: 'running',
    error: null,
    running: { ...runningStatus(), url: `http://127.0.0.1:${port}`, port },
  };
  let restarts = 0;
  const relay = new EmbeddedRelay({
    open: () =>
      Promise.resolve({
        status: () => status,
        onChange: () => () => undefined,
        restart: () => Promise.resolve(restarts++),
      } as unknown as Bridge),
    onChange: () => undefined,
  });
  await relay.open();
  await relay.awake();
  expect(restarts).toBe(1);
});

describe('the end of the program', () => {
  test('does not wait for a relay that does not stop', async () => {
    const { app } = new ElectronDouble();
    const errors: unknown[] = [];
    quitInOrder({
      app: app.exported,
      onQuitting: () => undefined,
      stop: () => new Promise(() => undefined),
      onError: (error) => errors.push(error),
      deadline: 20,
    });
    app.quit();
    app.quit();
    await app.quitted;
    expect(errors).toEqual([new Error('the relay did not stop within 20 ms')]);
  });

  test('stops the relay once, however often it is asked for', async () => {
    const { app } = new ElectronDouble();
    let stops = 0;
    const stopNow = quitInOrder({
      app: app.exported,
      onQuitting: () => undefined,
      stop: () => {
        stops++;
        return Promise.resolve();
      },
      onError: () => undefined,
    });
    stopNow();
    app.quit();
    await app.quitted;
    expect(stops).toBe(1);
  });
});

describe('a fault in the program', () => {
  test('is logged, told once, and ends it in order', () => {
    const process = new EventEmitter();
    const dialog = new DialogDouble();
    const logged: Error[] = [];
    let quits = 0;
    reportFaults({
      process: process as unknown as NodeJS.Process,
      dialog: dialog.exported,
      log: (error) => logged.push(error),
      quit: () => quits++,
    });
    process.emit('uncaughtException', new Error('broken'));
    process.emit('unhandledRejection', 'also broken');
    expect(logged.map(({ message }) => message)).toEqual(['broken', 'also broken']);
    expect(dialog.errors).toHaveLength(1);
    expect(dialog.errors[0]?.content).toContain('broken');
    expect(quits).toBe(1);
  });
});
