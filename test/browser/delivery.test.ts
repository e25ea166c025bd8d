import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { connectHttp } from '../mcp/sdk-client.ts';
import { send } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { openDashboard } from './dashboard.ts';
import { sendEnvelope } from './messages.ts';

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay();
});

describe('what became of a message', () => {
  test('is shown consumer by consumer, and changes as agents read and acknowledge through MCP', async () => {
    const channel = 'fate:changes';
    const orion = await connectHttp(new URL('/mcp', relay.url), {}, 'orion');
    await send(relay, { channel, content: 'before' });
    await orion.call('bridge_receive', { channel, consumer_id: 'orion' });

    const { message, openChannel } = await openDashboard(relay);
    await openChannel(channel);
    await message('before')
      .getByText(/orion read \d\d:\d\d:\d\d/)
      .waitFor();

    const { id } = await send(relay, { channel, content: 'Please read this' });
    const receipts = message('Please read this').getByRole('list', { name: 'Receipts' });
    await receipts.getByText('orion not read yet').waitFor();
    await orion.call('bridge_receive', { channel, consumer_id: 'orion' });
    await receipts.getByText(/orion read \d\d:\d\d:\d\d/).waitFor();
    await orion.call('bridge_ack', { channel, consumer_id: 'orion', message_id: id });
    await receipts.getByText(/orion acked \d\d:\d\d:\d\d/).waitFor();
  });

  test('leaves out the sender, and whom it is not for', async () => {
    const channel = 'fate:addressed';
    await send(relay, { channel, content: 'hello' });
    for (const consumer of ['orion', 'vega', 'alice']) {
      await fetch(`${relay.url}/api/messages?channel=${channel}&consumer_id=${consumer}`);
    }
    await sendEnvelope(relay, { channel, type: 'text', recipient: 'vega', content: 'only for vega' });
    const { message, openChannel } = await openDashboard(relay);
    await openChannel(channel);
    const receipts = message('only for vega').getByRole('list', { name: 'Receipts' });
    await receipts.waitFor();
    expect((await receipts.innerText()).replaceAll(/\s+/g, ' ').trim()).toBe('vega not read yet');
  });
});

describe('the details of a message', () => {
  test('say everything that is known, and fold and copy its content', async () => {
    const channel = 'fate:details';
    await sendEnvelope(relay, {
      channel,
      type: 'task',
      correlation_id: 'job-7',
      dedupe_key: 'key-7',
      content: { goal: 'Look closely', list: Array.from({ length: 120 }, (_, index) => ({ index })) },
    });
    const { message, openChannel, page, context } = await openDashboard(relay);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await openChannel(channel);
    await message('Look closely').first().click();
    const details = page.getByRole('complementary', { name: 'Message details' });
    const tree = details.getByRole('tree');
    await tree.waitFor();
    expect(
      (await details.getByRole('region', { name: 'Details' }).innerText()).replaceAll(/\s+/g, ' '),
    ).toMatch(/From alice Machine .+ To everyone on this channel .* Correlation job-7 .*Dedupe key key-7/);
    expect(page.url()).toContain('#/channels/fate%3Adetails/');

    // Keys move and fold; only what is open is there.
    await tree.getByRole('treeitem').first().focus();
    await page.keyboard.press('End');
    for (const key of ['ArrowUp', 'ArrowUp']) await page.keyboard.press(key);
    const list = tree.getByRole('treeitem', { name: /^list/ });
    await list.focus();
    await page.keyboard.press('ArrowRight');
    await tree.getByRole('button', { name: 'Show 50 more of 70' }).click();
    await tree.getByRole('treeitem', { name: /^99/ }).waitFor();
    await list.focus();
    await page.keyboard.press('ArrowLeft');
    await tree.getByRole('treeitem', { name: /^99/ }).waitFor({ state: 'detached' });
    await tree.getByRole('button', { name: 'Copy the path content.list' }).click();
    expect(await clipboard()).toBe('content.list');

    await details.getByText('Raw').click();
    await details.getByRole('button', { name: 'Copy the content' }).click();
    expect(JSON.parse(await clipboard())).toMatchObject({ type: 'task', correlation_id: 'job-7' });
    const saving = page.waitForEvent('download');
    await details.getByRole('button', { name: 'Save the content as a file' }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toMatch(/^message-\d+\.json$/);
    expect(readFileSync(await saved.path(), 'utf8')).toBe(await clipboard());

    await page.goBack();
    await details.waitFor({ state: 'detached' });
  });

  test('open by keyboard, follow the selection, and close by Esc', async () => {
    const channel = 'fate:keys';
    for (const content of ['one', 'two', 'three']) await send(relay, { channel, content });
    const { message, openChannel, page } = await openDashboard(relay);
    await openChannel(channel);
    await message('three').focus();
    await page.keyboard.press('Enter');
    const details = page.getByRole('complementary', { name: 'Message details' });
    await details.getByText('three', { exact: true }).waitFor();
    await page.keyboard.press('ArrowUp');
    await details.getByText('two', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
    await page.keyboard.press('r');
    await page.getByText(/In reply to #\d+ from alice/).waitFor();
  });

  test('say what went wrong until it is read, and what went well for a moment', async () => {
    const channel = 'fate:notices';
    await sendEnvelope(relay, { channel, type: 'answer', reply_to: 'no-such-id', content: 'Lost.' });
    const { page, message, openChannel, context } = await openDashboard(relay, { expected: /404/ });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.clock.install();
    await page.reload();
    await openChannel(channel);
    await message('Lost.').click();
    await page.getByRole('complementary').getByRole('button', { name: 'no-such-id', exact: true }).click();
    const failure = page.getByRole('alert').filter({ hasText: 'Not found' });
    await failure.getByText('That message is gone.').waitFor();
    await message('Lost.').focus();
    await page.keyboard.press('c');
    await page.getByText('Content copied').waitFor();
    await page.clock.fastForward(60_000);
    await page.getByText('Content copied').waitFor({ state: 'detached' });
    await expect.poll(() => failure.isVisible()).toBe(true);
    await failure.getByRole('button', { name: 'Dismiss: Not found' }).click();
    await failure.waitFor({ state: 'detached' });
  });

  test('stay readable when the message goes, and say when it is gone', async () => {
    const channel = 'fate:gone';
    const { id } = await send(relay, { channel, content: 'short-lived' });
    const { page, message, openChannel } = await openDashboard(relay, { expected: /404/ });
    await openChannel(channel);
    await message('short-lived').click();
    await page.getByRole('complementary').getByText('short-lived').waitFor();
    await fetch(`${relay.url}/api/clear`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ channel }),
    });
    await page.getByText('This message is gone').waitFor();
    await page.goto(`${relay.url}/#/channels/fate%3Achanges/${id}`);
    await page.getByText('This message is gone').waitFor();
  });
});

describe('clearing a channel', () => {
  test('needs its name typed, says what goes, and is seen by who watches', async () => {
    const channel = 'fate:clear';
    for (const content of ['first', 'second', 'third']) await send(relay, { channel, content });
    await fetch(`${relay.url}/api/messages?channel=${channel}&consumer_id=orion&limit=1`);
    await send(relay, { channel, content: 'fourth' });
    const { page, openChannel, message, channelRow } = await openDashboard(relay);
    await openChannel(channel);
    await message('fourth').waitFor();
    await page.getByRole('button', { name: 'Channel menu' }).click();
    await page.getByRole('menuitem', { name: 'Clear the channel…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Deletes 4 messages').waitFor();
    await dialog.getByText('orion has not read 3').waitFor();
    const clear = dialog.getByRole('button', { name: 'Clear 4 messages' });
    await page.keyboard.type('fate:cle');
    await page.keyboard.press('Enter');
    expect(await clear.getAttribute('aria-disabled')).toBe('true');
    await page.keyboard.type('ar');
    await clear.click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('4 messages cleared').first().waitFor();
    await message('fourth').waitFor({ state: 'detached' });
    await channelRow('clear').waitFor({ state: 'detached' });

    // It can be written to at once.
    await send(relay, { channel, content: 'anew' });
    await message('anew').waitFor();
    await channelRow('clear').waitFor();
  });
});
