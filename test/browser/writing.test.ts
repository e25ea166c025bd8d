import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { connectHttp, messagesOf } from '../mcp/sdk-client.ts';
import { list, send } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { openDashboard } from './dashboard.ts';
import { sendEnvelope } from './messages.ts';

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay();
});

const stored = async (channel: string) => (await list(relay, channel, { full: '1' })).messages;

const paste = (page: Page, text: string) =>
  page
    .evaluate((pasted) => navigator.clipboard.writeText(pasted), text)
    .then(() => page.keyboard.press('Control+v'));

describe('writing a message', () => {
  test('sends text with Ctrl and Enter, and an agent gets it through MCP', async () => {
    const channel = 'write:text';
    await send(relay, { channel, content: 'hello' });
    const orion = await connectHttp(new URL('/mcp', relay.url), {}, 'orion');
    const { page, openChannel, message } = await openDashboard(relay);
    await openChannel(channel);
    await page.getByLabel('From').fill('Marta');
    await page.getByPlaceholder(`Message ${channel}`).fill('Good\nmorning');
    await page.keyboard.press('Control+Enter');
    await message('Good morning').and(page.getByLabel('Marta, message')).waitFor();
    const received = messagesOf(await orion.call('bridge_receive', { channel }));
    expect(received.at(-1)).toMatchObject({ content: 'Good\nmorning', sender: 'Marta' });
    await expect.poll(() => page.getByPlaceholder(`Message ${channel}`).inputValue()).toBe('');

    await page.reload();
    await expect.poll(() => page.getByLabel('From').inputValue()).toBe('Marta');
  });

  test('sends a task to one agent, whose answer closes it', async () => {
    const channel = 'write:task';
    await send(relay, { channel, sender: 'orion', content: 'ready' });
    const { page, openChannel, message, channelRow } = await openDashboard(relay);
    await openChannel(channel);
    await page.getByText('Task', { exact: true }).click();
    await page.getByLabel('Goal').fill('Count the stars');
    await page.getByLabel('Why').fill('Somebody asked');
    await page.getByLabel('Done when').fill('There is a number');
    await page.getByLabel('Reply by').selectOption('in 30 minutes');
    await page.getByLabel('to', { exact: true }).fill('orion');
    await page.getByRole('button', { name: 'Send' }).click();
    await message('Count the stars').getByText('Task').waitFor();
    const [, task] = await stored(channel);
    expect(task?.message).toMatchObject({
      type: 'task',
      recipient: 'orion',
      content: { goal: 'Count the stars', why: 'Somebody asked', done_when: 'There is a number' },
    });
    expect(task?.message?.correlation_id).toMatch(/^job-/);
    await channelRow('task 1 open').waitFor();

    await sendEnvelope(relay, {
      channel,
      sender: 'orion',
      type: 'result',
      reply_to: task?.id,
      correlation_id: task?.message?.correlation_id,
      content: 'About 200 billion',
    });
    await message('About 200 billion').waitFor();
    await channelRow('task 1 open').waitFor({ state: 'detached' });
  });

  test('answers a question as an answer', async () => {
    const channel = 'write:answer';
    const { id } = await sendEnvelope(relay, {
      channel,
      sender: 'orion',
      type: 'question',
      correlation_id: 'q-1',
      content: 'May I push?',
    });
    const { page, openChannel, message } = await openDashboard(relay);
    await openChannel(channel);
    await message('May I push?').focus();
    await page.keyboard.press('r');
    await page.getByText('Sent as a protocol v1 answer').waitFor();
    await page.keyboard.type('Yes, to the branch.');
    await page.keyboard.press('Control+Enter');
    await message('Yes, to the branch.').getByText('Answer').waitFor();
    expect((await stored(channel)).at(-1)?.message).toMatchObject({
      type: 'answer',
      reply_to: id,
      correlation_id: 'q-1',
      content: 'Yes, to the branch.',
    });
  });

  test('offers to send pasted JSON as a structured message', async () => {
    const channel = 'write:json';
    await send(relay, { channel });
    const { page, openChannel, message, context } = await openDashboard(relay);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await openChannel(channel);
    await page.getByPlaceholder(`Message ${channel}`).click();
    await paste(page, '{"type":"deploy","content":{"region":"north"}}');
    await page.getByRole('button', { name: 'Send it as a structured message' }).click();
    await page.keyboard.press('Control+Enter');
    await message('north').getByText('deploy').waitFor();
    expect((await stored(channel)).at(-1)).toMatchObject({
      encoding: 'structured',
      message: { schema_version: 1, type: 'deploy', content: { region: 'north' } },
    });
  });

  test('checks before it sends, in words', async () => {
    const channel = 'write:checks';
    await send(relay, { channel });
    const { page, openChannel } = await openDashboard(relay);
    await openChannel(channel);
    const field = page.getByPlaceholder(`Message ${channel}`);
    await field.press('Control+Enter');
    await page.getByText('There is nothing to send yet.').waitFor();
    await field.fill('x'.repeat(140_000));
    await field.press('Control+Enter');
    await page.getByText('It is 137 KB, the limit is 128 KB: send it as a file or a commit.').waitFor();
    await field.fill('fine');
    await page.getByLabel('From').fill(' blank');
    await field.press('Control+Enter');
    await page.getByText('Your name must not start or end with whitespace.').waitFor();
    await expect.poll(() => field.inputValue()).toBe('fine');
    expect(await stored(channel)).toHaveLength(1);
  });

  test('keeps a draft for each channel, also over a reload', async () => {
    for (const channel of ['write:draft-a', 'write:draft-b']) await send(relay, { channel });
    const { page, openChannel } = await openDashboard(relay);
    await openChannel('write:draft-a');
    await page.getByPlaceholder('Message write:draft-a').fill('half a thou');
    await openChannel('write:draft-b');
    await expect.poll(() => page.getByPlaceholder('Message write:draft-b').inputValue()).toBe('');
    await page.reload();
    await openChannel('write:draft-a');
    await expect.poll(() => page.getByPlaceholder('Message write:draft-a').inputValue()).toBe('half a thou');
  });

  test('keeps what the relay refuses, to be edited or thrown away', async () => {
    const small = await startRelay({ args: ['--max-message-bytes', '1024'] });
    await send(small, { channel: 'small:one' });
    const { page, openChannel, feed } = await openDashboard(small, { expected: /413/ });
    await openChannel('small:one');
    const field = page.getByPlaceholder('Message small:one');
    await field.fill('y'.repeat(2_000));
    await field.press('Control+Enter');
    const unsent = feed.getByRole('article', { name: 'desk, not sent yet' });
    await unsent.getByText(/1024 bytes/).waitFor();
    await page.reload();
    await unsent.getByRole('button', { name: 'Edit' }).click();
    await unsent.waitFor({ state: 'detached' });
    await field.fill('short now');
    await field.press('Control+Enter');
    await feed.getByText('short now').waitFor();
    await unsent.waitFor({ state: 'detached' });
  });

  test('begins a new channel with its first message', async () => {
    const { page, feed, channelRow } = await openDashboard(relay, { path: '#/settings' });
    await page.getByRole('button', { name: 'New channel' }).click();
    await page.keyboard.type('write:new ');
    await page.keyboard.press('Enter');
    await page.getByText('The name must not start or end with whitespace.').waitFor();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('write:new');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing has been said on write:new yet').waitFor();
    await page.getByPlaceholder('Message write:new').fill('Let there be a channel');
    await page.keyboard.press('Control+Enter');
    await feed.getByText('Let there be a channel').waitFor();
    await channelRow('new').waitFor();
  });
});
