import { describe, expect, test } from 'vitest';
import { hasTmux } from '../../support/tmux.ts';
import { linesWith, openScreen } from './open-screen.ts';

const conversation = [
  ['demo:builds', 'Build 41 is green.'],
  ['demo:worker', 'Ready for work.'],
  ['notes', 'Tea at four.'],
  ['demo:worker', '{"type":"task","goal":"Run the tests","passed":false,"tries":3}'],
  ['demo:worker', 'On it.'],
] as const;

describe.skipIf(!hasTmux)('the terminal screen', { timeout: 90_000 }, () => {
  test('divides the screen by its size, and anew when that changes', async () => {
    const { screen } = await openScreen(conversation, { columns: 220, rows: 50 });

    // Wide: channels, messages and details beside each other.
    const wide = await screen.shows('CHANNELS', 'demo:worker · 3 messages', 'MESSAGE ─', 'CONTENT, TEXT');
    expect(linesWith(wide, 'CHANNELS')).toEqual(linesWith(wide, 'demo:worker · 3 messages'));
    expect(wide.split('\n').filter((line) => line !== '').length).toBe(50);

    // Medium: details come below, when they are asked for.
    await screen.resize(120, 40);
    await screen.shows('CHANNELS', 'demo:worker · 3 messages', { not: 'CONTENT' });
    await screen.press('i');
    const medium = await screen.shows('CONTENT, TEXT');
    expect(medium.indexOf('MESSAGE ─')).toBeGreaterThan(medium.indexOf('On it.'));

    // Narrow: channels are tabs, details stand in place of the messages.
    await screen.resize(80, 24);
    await screen.shows('[demo:worker]', 'CONTENT, TEXT', { not: 'CHANNELS' }, { not: 'SENDER' });
    await screen.press('i');
    const narrow = await screen.shows('SENDER', 'On it.', { not: 'CONTENT, TEXT' });
    expect(linesWith(narrow, 'SEQ')).toEqual([]);
    expect(Math.max(...narrow.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);

    await screen.resize(30, 8);
    await screen.shows('Too small');
    await screen.resize(220, 50);
    await screen.shows('CHANNELS', 'demo:worker · 3 messages');
  });

  test('lists the channels in groups with what is unread, and goes through them', async () => {
    const { screen, client } = await openScreen(conversation);
    await screen.shows('▼ demo: 4', 'no group', '▶ worker');
    await client.send({ channel: 'demo:builds', sender: 'orion', content: 'Build 42 is red.' });
    await client.send({ channel: 'notes', sender: 'orion', content: 'Cake, too.' });
    await screen.shows(/builds +\+1/, /notes +\+1/, '2 unread');
    await screen.press('u');
    await screen.shows('notes · 2 messages', 'Cake, too.', /builds +\+1/, '1 unread');
    await screen.press('u');
    await screen.shows('demo:builds · 2 messages', 'Build 42 is red.', { not: 'unread' });
    await screen.press('u');
    await screen.shows('Nothing is unread.');
    await screen.press(']');
    await screen.shows('demo:worker · 3 messages');
    // The list itself: to the panel, two up, open.
    await screen.press('BTab');
    await screen.shows(/┏━ CHANNELS/);
    await screen.press('Up', 'Enter');
    await screen.shows('demo:builds · 2 messages', '┏━ demo:builds');
  });

  test('shows a message with its highlighted JSON, and scrolls it', async () => {
    const fields = Array.from({ length: 60 }, (_, index) => [`field${index}`, index]);
    const { screen } = await openScreen(
      [...conversation, ['demo:worker', JSON.stringify(Object.fromEntries(fields))]],
      { columns: 220, rows: 30 },
    );
    await screen.shows('CONTENT, JSON', '"field0": 0', { not: '"field59"' });
    await screen.press('Tab');
    await screen.shows('┏━ MESSAGE');
    await screen.press('End');
    await screen.shows('"field59": 59', { not: '"field0": 0' });
    // Another message begins at its top.
    await screen.press('BTab', 'Up', 'Up');
    await screen.shows('"goal": "Run the tests"', '"passed": false');
    const styled = await screen.styled();
    /* eslint-disable no-control-regex -- escape sequences are what is looked for */
    const keyStyle = /\u001b\[[\d;]*m(?=[^\u001b]*"goal")/.exec(styled)?.[0];
    const stringStyle = /\u001b\[[\d;]*m(?="Run the tests")/.exec(styled)?.[0];
    /* eslint-enable no-control-regex */
    expect([keyStyle, stringStyle]).toEqual([expect.any(String), expect.any(String)]);
    expect(keyStyle).not.toBe(stringStyle);
  });

  test('says the same without colours', async () => {
    const { screen, client } = await openScreen(conversation, {
      columns: 220,
      rows: 50,
      env: { NO_COLOR: '1' },
    });
    await screen.press('space');
    await client.send({ channel: 'demo:worker', sender: 'orion', content: 'Done.' });
    const task = /TASK +· goal|TASK +· Run the tests/;
    const text = await screen.shows('● ONLINE', '‖ FROZEN', '▶ FOLLOWING', '1 message waiting', task);
    expect(linesWith(text, '▶  ')).toHaveLength(1);
    // eslint-disable-next-line no-control-regex -- escape sequences are what is looked for
    expect(screen.transcript()).not.toMatch(/\u001b\[[\d;]*3[0-7](?:;[\d;]*)?m/);
  });

  test('helps with all its keys, also where they do not fit at once', async () => {
    const { screen } = await openScreen(conversation, { columns: 80, rows: 24 });
    await screen.press('?');
    await screen.shows('KEYS', 'previous row', 'freeze, or go on', '▼', { not: 'open questions' });
    await screen.press('PageDown');
    await screen.shows('open questions');
    for (const key of ['Escape', 'n', 'y']) {
      await screen.press(key);
      await screen.shows({ not: 'KEYS' });
      await screen.press('?');
      await screen.shows('KEYS');
    }
  });
});
