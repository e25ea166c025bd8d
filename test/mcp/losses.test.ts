import { expect, test } from 'vitest';
import { sendDirectly, tester } from './relay-directly.ts';
import { contentsOf } from './sdk-client.ts';
import { startAgent, transports } from './transports.ts';

/** A consumer learns that messages were removed before it acknowledged them (6.6). */

const bob = { channel: 'x', consumer_id: 'bob' };

test.each(transports)(
  'an agent is told once what it has lost, by a wait and by a read (%s)',
  async (transport) => {
    const { call, relay } = await startAgent(transport);
    const { id: message_id } = await sendDirectly(relay, 'x', 'one');
    await call('bridge_ack', { ...bob, message_id });
    for (const [tool, expected] of [
      ['bridge_wait', []],
      ['bridge_receive', ['after 1']],
    ] as const) {
      for (const content of ['two', 'three']) await sendDirectly(relay, 'x', content);
      await relay.clear({ channel: 'x' }, tester);
      if (expected.length > 0) await sendDirectly(relay, 'x', 'after 1');
      const told = await call(tool, bob);
      expect(contentsOf(told)).toEqual(expected);
      expect(told.structured).toMatchObject({
        warning: null,
        history_lost: { removed: 2, since: expect.stringMatching(/Z$/) as string },
      });
      expect(told.text).toMatch(
        /\nAt most 2 message\(s\) were removed since [\d :-]+; you may have read some\./,
      );
      await expect.poll(async () => (await call('bridge_receive', bob)).text).not.toContain('removed since');
    }
  },
);

test('a channel list names the epoch of each channel', async () => {
  const { call, relay } = await startAgent('mcp');
  await sendDirectly(relay, 'x', 'one');
  const epochs = async () =>
    ((await call('bridge_channels')).structured['channels'] as { epoch: number }[]).map(({ epoch }) => epoch);
  const [before] = await epochs();
  expect(before).toBeTypeOf('number');
  await relay.clear({ channel: 'x' }, tester);
  await sendDirectly(relay, 'x', 'two');
  expect(await epochs()).not.toEqual([before]);
});
