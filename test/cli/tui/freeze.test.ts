import { describe, expect, test } from 'vitest';
import { startRelay } from '../../support/program.ts';
import { hasTmux } from '../../support/tmux.ts';
import { clientOf, openScreen } from './open-screen.ts';

const channel = 'demo:worker';

/** The messages in the list, in its order; details beside it may show one of them again. */
const listed = (screen: string) =>
  screen
    .split('\n')
    .flatMap((line) => /orion .*?((?:Before|During|After|Away|Back) \d+)\./.exec(line)?.[1] ?? []);

/** The row that is selected. */
const selected = (screen: string) => /┃ ▶ .*$/m.exec(screen)?.[0];

/** The whole screen but the line that counts what waits. */
const unmoved = (screen: string) => screen.split('\n').filter((_, row) => row !== 1);

const numbered = (word: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${word} ${index + 1}`);

describe.skipIf(!hasTmux)('a frozen screen', { timeout: 90_000 }, () => {
  test.each([
    { columns: 220, rows: 50 },
    { columns: 120, rows: 40 },
    { columns: 80, rows: 24 },
  ])('of $columns columns stands still, and then shows everything once and in order', async (size) => {
    const { screen, client } = await openScreen([[channel, 'Before 1.']], size);
    const { id } = await client.send({ channel, sender: 'orion', content: 'Before 2.' });
    await screen.shows(/▶.*Before 2\./);
    await screen.press('Space');
    const frozen = await screen.shows('‖ FROZEN', '0 messages waiting');
    const during = numbered('During', 12);
    for (const text of during) await client.send({ channel, sender: 'orion', content: `${text}.` });
    await client.ack({ channel, consumer_id: 'atlas', message_id: id });
    await client.send({ channel: 'demo:new', sender: 'atlas', content: 'Elsewhere.' });
    const later = await screen.shows('13 messages waiting');
    expect(unmoved(later)).toEqual(unmoved(frozen));
    await screen.press('r');
    await screen.shows('Frozen: Space goes on.', { not: 'During' });

    await screen.press('Space');
    const thawed = await screen.shows(/▶.*During 12\./, /demo:new +\+1|new +\+1/, { not: 'FROZEN' });
    expect(listed(thawed)).toEqual(['Before 1', 'Before 2', ...during]);
    await screen.shows(/✔ Before 2\./);
    await client.send({ channel, sender: 'orion', content: 'After 1.' });
    expect(listed(await screen.shows(/▶.*After 1\./)).slice(-2)).toEqual(['During 12', 'After 1']);
  });

  test('stays with the message that is looked at when it goes on', async () => {
    const { screen, client } = await openScreen(
      numbered('Before', 50).map((text) => [channel, `${text}.`] as const),
    );
    await screen.press('PageUp');
    await screen.shows('‖ not following');
    await screen.press('Space');
    const frozen = await screen.shows('0 messages waiting');
    for (const text of numbered('During', 3))
      await client.send({ channel, sender: 'orion', content: `${text}.` });
    await screen.shows('3 messages waiting');
    await screen.press('Space');
    const thawed = await screen.shows('53 messages', { not: 'FROZEN' });
    expect(selected(thawed)).toContain('Before');
    expect(selected(thawed)).toBe(selected(frozen));
    await screen.press('End');
    expect(listed(await screen.shows(/▶.*During 3\./)).slice(-4)).toEqual([
      'Before 50',
      ...numbered('During', 3),
    ]);
  });

  test.each([
    ['which had seen something come', true],
    ['which had seen nothing come yet', false],
  ])('misses nothing when its relay dies and comes back, %s', async (_, hasCursor) => {
    const { relay, screen, client } = await openScreen([[channel, 'Before 1.']]);
    if (hasCursor) {
      await client.send({ channel, sender: 'orion', content: 'Before 2.' });
      await screen.shows('Before 2.');
    }
    await screen.press('Space');
    await screen.shows('0 messages waiting');
    await relay.kill();
    await screen.shows('○ OFFLINE');
    // Said to a relay that the screen cannot find, on the same database.
    const elsewhere = await startRelay({ args: ['--db', relay.databasePath] });
    await clientOf(elsewhere).send({ channel, sender: 'orion', content: 'Away 1.' });
    await elsewhere.stop();
    const back = clientOf(await startRelay({ home: relay.home }));
    await screen.press('r');
    // Only who had seen something is sent what came behind it; the rest is fetched when it goes on.
    const [returned, told] = hasCursor
      ? (['1 message waiting', '2 messages waiting'] as const)
      : (['0 messages waiting', '1 message waiting'] as const);
    await screen.shows('● ONLINE', returned, { not: 'Away' });
    await back.send({ channel, sender: 'orion', content: 'Back 1.' });
    await screen.shows(told, { not: 'Away' }, { not: 'Back' });
    await screen.press('Space');
    const thawed = await screen.shows('Back 1.', 'Away 1.', { not: 'FROZEN' });
    const before = hasCursor ? ['Before 1', 'Before 2'] : ['Before 1'];
    expect(listed(thawed)).toEqual([...before, 'Away 1', 'Back 1']);
  });
});
