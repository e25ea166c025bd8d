import type { StateResponse } from '../../src-shared/api/state.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { ApiClient } from '../../src-shared/client/api-client.ts';
import { exitCode } from './exit-codes.ts';
import { counted } from './numbers.ts';
import { printWarnings } from './output.ts';
import type { Talk } from './talk.ts';
import { Screen, type ScreenOptions } from './terminal/screen.ts';

/** `claude-bridge status`: how a relay is. */
export async function statusCommand(
  options: ScreenOptions,
  { client, target, signal }: Talk,
): Promise<number> {
  const screen = new Screen(options);
  const state = await client.state({ signal });
  // Of a relay elsewhere that is the business of its own machine.
  const warnings = target.found === 'running' ? await warningsOf(client, signal) : [];
  if (screen.json) screen.record({ url: target.url, ...state, warnings });
  else {
    screen.print(lines(state, target.url, screen).join('\n'));
    printWarnings(warnings);
  }
  return exitCode('fine');
}

/** What is not as it was set, if we are told: only administrators are. */
async function warningsOf(client: ApiClient, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return (await client.relay({ signal })).warnings;
  } catch (error) {
    if (error instanceof BridgeError && error.code === 'missing_right') return [];
    throw error;
  }
}

function lines(state: StateResponse, url: string, screen: Screen): string[] {
  const { channels, total_messages, open_questions: open, stuck_consumers: stuck } = state;
  const facts: [string, string][] = [
    ['relay', `${url} (${state.version})`],
    ['up for', state.uptime_human],
    ['holds', `${counted(total_messages, 'message')} in ${counted(channels.length, 'channel')}`],
    ['listening', `${state.waiters} waiting, ${state.sse_subscribers} streaming`],
    ['open', open > 0 ? screen.style('yellow', counted(open, 'question')) : 'no questions'],
    ['stuck', stuck > 0 ? screen.style('red', counted(stuck, 'reader')) : 'nobody'],
    ['keeps', state.retention_days === 0 ? 'for ever' : counted(state.retention_days, 'day')],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  const paused = state.paused_since === null ? 'paused' : `paused since ${screen.time(state.paused_since)}`;
  return [
    state.paused
      ? screen.style('yellow', `${paused}; ${counted(state.held_messages, 'message')} held back`)
      : screen.style('green', 'online'),
    ...facts.map(([name, value]) => `${screen.style('dim', name.padEnd(width))}  ${value}`),
  ];
}
