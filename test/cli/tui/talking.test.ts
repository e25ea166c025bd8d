import { describe, expect, test } from 'vitest';
import { connectHttp, contentsOf } from '../../mcp/sdk-client.ts';
import { startRelay, type Relay } from '../../support/program.ts';
import { hasTmux } from '../../support/tmux.ts';
import { clientOf, linesWith, openScreen } from './open-screen.ts';

const channel = 'demo:worker';

function agent(relay: Relay, name: string) {
  const headers = { Authorization: `Bearer ${relay.localToken}` };
  return connectHttp(new URL('/mcp', relay.url), headers, name);
}

describe.skipIf(!hasTmux)('the terminal screen among agents', { timeout: 120_000 }, () => {
  test('shows what they say, and what has become of it', async () => {
    const { relay, screen } = await openScreen([[channel, 'Ready for work.']], { columns: 220, rows: 50 });
    const atlas = await agent(relay, 'atlas');
    const orion = await agent(relay, 'orion');
    const sent = await atlas.call('bridge_send', {
      channel,
      sender: 'atlas',
      message: { schema_version: 1, type: 'task', content: { goal: 'Run the tests' }, recipient: 'orion' },
    });
    await screen.shows(/atlas +TASK +· → orion Run the tests/, 'not read by anybody yet');
    await orion.call('bridge_receive', { channel, consumer_id: 'orion' });
    await screen.shows(/atlas +TASK +○ → orion/, '○ read by orion');
    await orion.call('bridge_ack', { channel, consumer_id: 'orion', message_id: sent.structured['id'] });
    await screen.shows(/atlas +TASK +✔ → orion/, '✔ acknowledged by orion');
    await orion.call('bridge_send', {
      channel,
      sender: 'orion',
      message: { schema_version: 1, type: 'result', content: 'All green.', reply_to: sent.structured['id'] },
    });
    await screen.shows(/orion +RESULT +· ↳ atlas All green\./, /answers +\S+/);

    // The thread holds both, and nothing else, and grows.
    await screen.press('t');
    await screen.shows('THREAD', '2 messages', { not: 'Ready for work.' });
    await orion.call('bridge_send', {
      channel: 'demo:other',
      sender: 'orion',
      message: { schema_version: 1, type: 'text', content: 'One more.', reply_to: sent.structured['id'] },
    });
    await screen.shows('3 messages', /demo:other +orion/, 'One more.');
    await screen.press('Escape');
    await screen.shows('Ready for work.');

    await screen.press('a');
    await screen.shows('AGENTS', 'atlas 0.1', /orion +.*orion 0\.1/);
  });

  test('sends text, tasks and answers, and offers again what was sent', async () => {
    const { relay, screen } = await openScreen([[channel, 'Ready for work.']], { columns: 150, rows: 40 });
    const orion = await agent(relay, 'orion');
    const received = async () => {
      const outcome = await orion.call('bridge_receive', { channel });
      return contentsOf(outcome);
    };

    await screen.press('s');
    await screen.shows('SEND to demo:worker as mira');
    // Typed quickly, keys arrive together.
    await screen.type('Good mornnig');
    await screen.press('Left', 'Left', 'Left', 'BSpace', 'Right', 'Right', 'BSpace');
    await screen.shows('Good morng');
    await screen.press('C-u');
    await screen.type('Good morning, ');
    await screen.press('End');
    await screen.shows('Good morning, g');
    await screen.press('C-w');
    await screen.type('orion');
    await screen.press('Enter');
    await screen.shows('Sent to demo:worker', /mira +TEXT +. *Good morning, orion/, { not: 'SEND to' });
    expect((await received()).at(-1)).toBe('Good morning, orion');

    // A task, field by field, to one agent.
    await screen.press('s', 'C-t');
    await screen.shows('[task]', '▸ Goal');
    await screen.press('Enter');
    await screen.shows('there is nothing to send');
    await screen.type('Run the tests');
    await screen.press('Tab', 'Tab');
    await screen.type('all are green');
    await screen.press('Tab');
    await screen.type('x');
    await screen.press('Enter');
    await screen.shows('must be a number of minutes');
    await screen.press('BSpace', 'Tab');
    await screen.type('orion');
    await screen.press('Enter');
    await screen.shows(/mira +TASK +. *→ orion Run the tests · Done when: all are green/, { not: 'SEND to' });
    expect(JSON.parse((await received()).at(-1) ?? '')).toMatchObject({
      type: 'task',
      recipient: 'orion',
      content: { goal: 'Run the tests', done_when: 'all are green' },
    });

    // What was typed stays when it is closed; what was sent comes back with the arrow.
    await screen.press('s', 'C-t');
    await screen.type('Half a thought');
    await screen.press('Escape');
    await screen.shows({ not: 'SEND to' });
    await screen.press('s');
    await screen.shows('[question]', 'Half a thought');
    await screen.press('Up');
    await screen.shows('[task]', 'Run the tests', 'all are green');
    await screen.press('Up');
    await screen.shows('[text]', 'Good morning, orion');
    await screen.press('Down', 'Down');
    await screen.shows('[question]', 'Half a thought');
    await screen.press('Escape');

    // An answer names what it answers, and closes a question.
    const { structured } = await orion.call('bridge_send', {
      channel,
      sender: 'orion',
      message: { schema_version: 1, type: 'question', content: 'Which branch?' },
    });
    await screen.shows(/▶.*Which branch/);
    await screen.press('R');
    await screen.shows('Answers', 'Which branch?', '[question]');
    await screen.press('C-u', 'C-t', 'C-t');
    await screen.press('C-u');
    await screen.type('main');
    await screen.shows('[text]');
    await screen.press('Enter');
    await screen.shows(/mira +ANSWER +. *↳ orion .*main/);
    expect(JSON.parse((await received()).at(-1) ?? '')).toMatchObject({
      type: 'answer',
      content: 'main',
      reply_to: structured['id'],
    });
  });

  test('filters, searches everything, and clears after a question', async () => {
    const { screen, client } = await openScreen([
      ['demo:builds', 'Build 41 is green.'],
      ['demo:builds', 'Lunch?'],
      [channel, 'Please look at BUILD 41.'],
      [channel, 'On it.'],
    ]);
    await screen.press('/');
    await screen.type('build');
    await screen.shows('Filter:', 'Please look at BUILD 41.', { not: 'On it.' });
    await screen.press('Escape');
    await screen.shows('On it.', { not: 'Filter:' });
    await screen.press('f');
    await screen.type('build');
    await screen.press('Enter');
    await screen.shows('filter build', '1 hit', { not: 'On it.' });
    await client.send({ channel, sender: 'orion', content: 'build 42' });
    await client.send({ channel, sender: 'orion', content: 'something else' });
    await screen.shows('2 hits', 'build 42', { not: 'something else' });
    await screen.press('Escape');
    await screen.shows('something else', 'On it.');

    await screen.press('F');
    await screen.press('Enter');
    await screen.shows('give a word');
    await screen.type('green in:demo:builds');
    await screen.press('Enter');
    await screen.shows('SEARCH green in:demo:builds', 'Build 41 is green.', { not: 'On it.' });
    // Enter shows the details, and again its place in its channel.
    await screen.press('Enter');
    await screen.shows('CONTENT, TEXT');
    await screen.press('Enter');
    await screen.shows('demo:builds · 2 messages', 'Lunch?', /▶.*Build 41 is green/, '‖ not following');

    await screen.press('c');
    await screen.shows('Delete 2 messages of demo:builds');
    await screen.press('n');
    await screen.shows('Lunch?', { not: 'Delete 2' });
    await screen.press('c', 'y');
    await screen.shows('No messages yet.', { not: 'Lunch?' });
    expect((await client.state()).channels.map(({ id }) => id)).toEqual([channel]);

    await screen.press('n');
    await screen.type('demo:new');
    await screen.press('Enter');
    await screen.shows('SEND to demo:new');
    await screen.type('First!');
    await screen.press('Enter');
    await screen.shows('demo:new · 1 message', 'First!', /new +1/);
  });

  test('moves nothing while it is frozen, and says how much waits', async () => {
    const { screen, client } = await openScreen([
      ['demo:builds', 'Build 41 is green.'],
      [channel, 'Before.'],
    ]);
    await screen.press('Space');
    const frozen = await screen.shows('‖ FROZEN', '0 messages waiting');
    for (const text of ['During one.', 'During two.'])
      await client.send({ channel, sender: 'orion', content: text });
    await client.send({ channel: 'demo:builds', sender: 'orion', content: 'Build 42 is green.' });
    await client.clear('demo:builds');
    const later = await screen.shows('3 messages waiting');
    const below = (text: string) => text.split('\n').slice(2);
    expect(below(later)).toEqual(below(frozen));
    await screen.press('Space');
    const thawed = await screen.shows('During one.', 'During two.', { not: 'FROZEN' }, { not: 'builds' });
    expect(linesWith(thawed, 'During')).toHaveLength(2);
  });

  test('stays where one looks, until one follows again', async () => {
    const { screen, client } = await openScreen(
      Array.from({ length: 60 }, (_, index) => [channel, `Line ${index + 1}.`] as const),
      { columns: 80, rows: 24 },
    );
    await screen.shows('▶ FOLLOWING', 'Line 60.', { not: 'Line 40.' });
    await screen.press('Up');
    await screen.shows('‖ not following', /▶.*Line 59\./);
    await screen.press('PageUp');
    const before = await screen.shows(/▶.*· Line 4[0-9]\./);
    await client.send({ channel, sender: 'orion', content: 'Line 61.' });
    const after = await screen.shows('61 messages');
    expect(linesWith(after, '▶')).toEqual(linesWith(before, '▶'));
    await screen.press('l');
    await screen.shows('▶ FOLLOWING', /▶.*Line 61\./);
    await screen.press('l');
    await client.send({ channel, sender: 'orion', content: 'Line 62.' });
    await screen.shows('‖ not following', /▶.*Line 61\./, '▼ 1', '62 messages');
    await screen.press('g');
    await screen.shows(/▶.*Line 1\./);
    await screen.press('End');
    await screen.shows('▶ FOLLOWING', /▶.*Line 62\./);
  });

  test('loses nothing and shows nothing twice when the relay dies and comes back', async () => {
    const { relay, screen, client } = await openScreen([
      [channel, 'Number 1.'],
      [channel, 'Number 2.'],
    ]);
    await client.send({ channel, sender: 'orion', content: 'Number 3.' });
    await screen.shows('Number 3.');
    await relay.kill();
    await screen.shows('○ OFFLINE', /try \d+, (next in \d+ s|trying now)/);
    // What was written stays when it cannot be sent.
    await screen.press('s');
    await screen.type('Number 6.');
    await screen.press('Enter');
    await screen.shows('✖ no relay answers', 'Number 6.');
    const second = await startRelay({ home: relay.home });
    const other = clientOf(second);
    for (const text of ['Number 4.', 'Number 5.'])
      await other.send({ channel, sender: 'orion', content: text });
    await screen.press('Escape', 'r');
    await screen.shows('● ONLINE', 'Number 4.', 'Number 5.', second.url, { not: 'OFFLINE' });
    await screen.press('s', 'Enter');
    await screen.shows(/mira +TEXT +. *Number 6\./);
    await other.send({ channel, sender: 'orion', content: 'Number 7.' });
    const text = await screen.shows('Number 7.', '7 messages');
    expect(text.match(/Number \d/g)).toEqual([1, 2, 3, 4, 5, 6, 7].map((number) => `Number ${number}`));
  });
});
