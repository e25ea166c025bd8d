import { ApiClient } from '../../../src-shared/client/api-client.ts';
import { startRelay, type Relay } from '../../support/program.ts';
import { TmuxScreen, type TmuxOptions } from '../../support/tmux.ts';

export interface OpenScreen {
  relay: Relay;
  client: ApiClient;
  screen: TmuxScreen;
}

/** A client with every right on a relay. */
export function clientOf({ url, localToken }: Relay): ApiClient {
  return new ApiClient({ url, token: () => localToken });
}

/** A relay with these messages, one channel and text each, and the screen on it. */
export async function openScreen(
  messages: readonly (readonly [channel: string, content: string])[],
  { args = [], ...options }: Partial<TmuxOptions> & { args?: readonly string[] } = {},
): Promise<OpenScreen> {
  const relay = await startRelay();
  const client = clientOf(relay);
  for (const [channel, content] of messages) await client.send({ channel, sender: 'orion', content });
  const screen = await TmuxScreen.open(['tui', '--sender', 'mira', ...args], {
    home: relay.home,
    ...options,
  });
  // The messages of the channel are there as soon as one of them is marked.
  await screen.shows('● ONLINE', ...(messages.length > 0 ? [/▶ {2,}|▶ \d/] : []));
  return { relay, client, screen };
}

/** What the lines of a screen say that hold `text`. */
export function linesWith(screen: string, text: string): string[] {
  return screen.split('\n').filter((line) => line.includes(text));
}
