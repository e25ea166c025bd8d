import { describe, expect, test } from 'vitest';
import { hasTmux, TmuxScreen } from '../../support/tmux.ts';
import { clientOf, openScreen } from './open-screen.ts';

const channel = 'demo:worker';

/** What a terminal would obey: erasing, titles, other screens, colours, bells, questions, and text that runs backwards. */
const attack =
  '\u001b[2J\u001b]0;owned\u0007\u001b[?1049l\u001b[31mred\u001b[0m\u0007\u009b31m\r\u001bP$q\u001b\\ \u202egnol\u202c end';

describe.skipIf(!hasTmux)('the terminal screen', { timeout: 120_000 }, () => {
  test('never obeys what others write', async () => {
    const { screen, client } = await openScreen([[channel, 'Before.']], { columns: 220, rows: 50 });
    await client.send({ channel, sender: 'evil\u202eorion', content: attack });
    await client.send({
      channel: 'demo:\u200bhidden',
      sender: 'orion',
      message: {
        schema_version: 1,
        type: 'task',
        content: { goal: attack, 'key\u001b[2J': attack },
        recipient: 'a\u202eb',
        thread_id: 'thread\u202e',
      },
    });
    const text = await screen.shows(
      '<U+001B>[2J',
      'evil<U+202E>orion',
      '<U+009B>31m',
      '<U+200B>hidden',
      'CHANNELS',
    );
    expect(text).toContain('<U+202E>gnol');
    await screen.press('u');
    await screen.shows('to         a<U+202E>b', 'thread<U+202E>', String.raw`"key\u001b[2J"`);
    await screen.press('t');
    await screen.shows('THREAD', '<U+202E>');
    await screen.press('F');
    await screen.type('owned');
    await screen.press('Enter');
    await screen.shows('SEARCH owned', '2 messages');
    const written = screen.transcript();
    for (const sequence of [
      '\u001b[2J',
      '\u001b]',
      '\u001b[?1049l',
      '\u001b[31mred',
      '\u0007',
      '\u009b',
      '\u001bP',
      '\u202e',
    ]) {
      expect(written).not.toContain(sequence);
    }
  });

  test('holds ten thousand messages, and draws only what changes', async () => {
    const { relay, screen } = await openScreen([[channel, 'Message 0 of many.']], {
      columns: 120,
      rows: 40,
    });
    const other = clientOf(relay);
    for (let sent = 1; sent <= 10_000; sent += 100) {
      const batch = Array.from({ length: Math.min(100, 10_001 - sent) }, (_, index) =>
        other.send({ channel, sender: `agent-${index % 7}`, content: `Message ${sent + index} of many.` }),
      );
      await Promise.all(batch);
    }
    await screen.shows('Message 10000 of many.', '10,001 messages', '▲ 9966');
    await screen.press('g');
    await screen.shows(/▶.*Message 0 of many\./, 'Message 20 of many.');
    await screen.press('End');
    await screen.shows('▶ FOLLOWING', 'Message 10000 of many.');
    await screen.press('/');
    await screen.type('message 77');
    await screen.shows('Message 7799 of many.', { not: 'Message 10000' });
    await screen.press('Escape');
    await screen.shows('Message 10000 of many.');

    // A step within the window rewrites the two rows and little else, and nothing is erased at once.
    const before = screen.transcript().length;
    await screen.press('Up');
    await screen.shows(/▶.*Message 9999 of many\./);
    const drawn = screen.transcript().slice(before);
    expect(drawn.length).toBeLessThan(4_000);
    // eslint-disable-next-line no-control-regex -- escape sequences are what is looked for
    expect(screen.transcript()).not.toMatch(/\u001b\[[0-3]?J/);
  });

  test('goes back through a history that was there before it, page by page', async () => {
    const { relay, client } = await openScreen([[channel, 'Message 0 of many.']]);
    for (let sent = 1; sent <= 700; sent += 100) {
      await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          client.send({ channel, sender: 'orion', content: `Message ${sent + index} of many.` }),
        ),
      );
    }
    const screen = await TmuxScreen.open(['tui'], { home: relay.home, columns: 120, rows: 40 });
    await screen.shows('701 messages', 'Message 700 of many.');
    await screen.press('PageUp');
    await screen.shows(/▶.*Message 66\d of many\./);
    await screen.press('g');
    await screen.shows(/▶.*Message 0 of many\./);
  });
});
