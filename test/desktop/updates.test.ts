import { expect, test } from 'vitest';
import { Updates, type Updater } from '../../src-main/desktop/updates.ts';
import type { UpdateState } from '../../src-shared/desktop-state.ts';
import { UpdaterDouble } from './double/electron.ts';

function setUp(unsupported?: string) {
  const updater = new UpdaterDouble();
  const states: UpdateState[] = [];
  const events: string[] = [];
  const updates: Updates = new Updates({
    updater: updater as unknown as Updater,
    unsupported,
    onChange: () => states.push(updates.state),
    onInstall: () => {
      events.push('stopped');
      return Promise.resolve();
    },
  });
  return { updater, updates, states, events };
}

test('nothing is looked for, downloaded or installed by itself', () => {
  const { updater, updates } = setUp();
  expect(updater).toMatchObject({ autoDownload: false, autoInstallOnAppQuit: false, calls: [] });
  expect(updates.state).toEqual({ kind: 'unchecked' });
});

test('each step is asked for: look, download, install after the relay has stopped', async () => {
  const { updater, updates, states, events } = setUp();
  updater.newest = '2.1.0';
  await updates.next();
  expect(updates.state).toEqual({ kind: 'available', version: '2.1.0' });
  await updates.next();
  expect(updates.state).toEqual({ kind: 'ready', version: '2.1.0' });
  await updates.next();
  expect(updater.calls).toEqual(['check', 'download', 'install']);
  expect(events).toEqual(['stopped']);
  expect(states).toContainEqual({ kind: 'downloading', version: '2.1.0', percent: 41 });
});

test('no newer version is said so, and can be looked for again', async () => {
  const { updater, updates } = setUp();
  await updates.next();
  expect(updates.state).toEqual({ kind: 'none' });
  await updates.next();
  expect(updater.calls).toEqual(['check', 'check']);
});

test('a failure is said in one line', async () => {
  const { updater, updates } = setUp();
  updater.failure = new Error('net::ERR_INTERNET_DISCONNECTED\n    at a stack\n<html>…');
  await updates.next();
  expect(updates.state).toEqual({
    kind: 'failed',
    sentence: 'The update did not succeed: net::ERR_INTERNET_DISCONNECTED',
  });
});

test('a build that cannot be updated says why instead of asking', async () => {
  const { updater, updates } = setUp('This is a development build.');
  await updates.next();
  expect(updates.state).toEqual({ kind: 'failed', sentence: 'This is a development build.' });
  expect(updater.calls).toEqual([]);
});
