import { beforeAll, describe, expect, test } from 'vitest';
import { startRelay, type Relay } from '../support/program.ts';
import { send } from '../support/http-client.ts';
import { connectHttp } from '../mcp/sdk-client.ts';
import { openDashboard } from './dashboard.ts';

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay();
});

const agent = (name: string) => connectHttp(new URL('/mcp', relay.url), {}, name);

describe('a channel that somebody watches', () => {
  test('shows what an agent sends through MCP, as it is sent', async () => {
    const atlas = await agent('atlas');
    await atlas.call('bridge_send', { channel: 'live:one', sender: 'atlas', content: 'First words' });
    const { message, openChannel, page } = await openDashboard(relay);
    await openChannel('live:one');
    await message('First words').waitFor();

    await atlas.call('bridge_send', { channel: 'live:one', sender: 'atlas', content: 'Second words' });
    await message('Second words').waitFor();
    expect(await page.getByRole('article').count()).toBe(2);
  });

  test('counts what was not on the screen, until it was', async () => {
    await send(relay, { channel: 'live:two', content: 'old' });
    await send(relay, { channel: 'live:three', content: 'old' });
    const { channelRow, openChannel, page, message } = await openDashboard(relay);
    await openChannel('live:two');
    await message('old').waitFor();
    for (const content of ['news', 'more news']) await send(relay, { channel: 'live:three', content });
    await channelRow('three 2 unread').waitFor();
    expect(await page.title()).toBe('(2) live:two – Claude Bridge');

    await channelRow('three').click();
    await message('more news').waitFor();
    await page.getByRole('separator').filter({ hasText: '2 new since' }).waitFor();
    await page.getByRole('region', { name: 'Channels' }).getByText('unread').waitFor({ state: 'detached' });
    expect(await page.title()).toBe('live:three – Claude Bridge');
  });
});
