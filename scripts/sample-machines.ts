import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Page } from 'playwright-core';
import type { AddressesResponse } from '../src-shared/api/addresses.ts';
import { ApiClient } from '../src-shared/client/api-client.ts';
import type { FirstRun } from '../src-shared/first-run.ts';
import { desktopGlobal } from '../src-shared/ipc-channels.ts';
import { desktopState } from '../test/desktop/states.ts';
import type { SampleRelay } from './sample-relay.ts';

/** Has the page show the addresses of a computer that does not exist, in place of those of the one it is taken on. */
export async function showSampleAddresses(page: Page): Promise<void> {
  const port = 8765;
  const there = { listening: true, accepted: true, recommended: false };
  const addresses: AddressesResponse['addresses'] = [
    { ...there, host: '127.0.0.1', url: `http://127.0.0.1:${port}`, kind: 'loopback', label: 'this machine' },
    {
      ...there,
      ...{
        host: '100.64.0.10',
        url: `http://100.64.0.10:${port}`,
        kind: 'tailnet',
        label: 'tailnet (tailscale0)',
      },
      recommended: true,
    },
    {
      ...there,
      ...{
        host: '192.168.1.42',
        url: `http://192.168.1.42:${port}`,
        kind: 'lan',
        label: 'local network (wlan0)',
      },
      listening: false,
    },
  ];
  await page.route('**/api/addresses', (route) => route.fulfill({ json: { addresses } }));
}

/** Some machines, one of which has been here. */
export async function makeSampleTokens(relay: SampleRelay): Promise<void> {
  const api = new ApiClient({ url: relay.url, token: () => relay.token });
  const { token } = await api.createToken({ label: 'macbook-air', rights: ['read', 'send'] });
  await new ApiClient({ url: relay.url, token: () => token }).state();
  await api.createToken({ label: 'vps-fra1', rights: ['read', 'send', 'clear'] });
  await api.createToken({
    label: 'desk-wsl',
    rights: ['read', 'send'],
    channels: { read: ['payments:*'], send: ['payments:*'] },
    expires_in_seconds: 30 * 86_400,
  });
  await api.createToken({ label: 'old-laptop', rights: ['read'] });
}

/** What a client on the machine does that has just been connected: a message there and back. */
export async function arrive(relay: SampleRelay, secret: string): Promise<void> {
  const client = new Client({ name: 'claude-code', version: '2.1.240' });
  await client.connect(
    new StreamableHTTPClientTransport(new URL('/mcp', relay.url), {
      requestInit: { headers: { Authorization: `Bearer ${secret}` } },
    }),
  );
  const channel = 'demo:hello';
  await client.callTool({
    name: 'bridge_send',
    arguments: { channel, sender: 'mac-worker', content: 'Hello from the new machine' },
  });
  await client.callTool({ name: 'bridge_receive', arguments: { channel, consumer_id: 'mac-worker' } });
  await client.close();
}

/** The first steps, as the application would have them. */
export const sampleSteps: readonly FirstRun[] = [
  {
    step: 'listen',
    port: 8765,
    freePort: null,
    problem: null,
    choices: [
      {
        host: '100.64.0.10',
        title: 'This computer and Tailscale',
        reach: 'Your own machines, from anywhere, encrypted',
        recommended: true,
      },
      {
        host: '192.168.1.42',
        title: 'This computer and the local network',
        reach: 'Anyone on this network who has a token',
        recommended: false,
      },
      {
        host: '127.0.0.1',
        title: 'This computer only',
        reach: 'No other machine can connect',
        recommended: false,
      },
      {
        host: '0.0.0.0',
        title: 'All networks',
        reach: 'Anyone who can reach this computer and has a token',
        recommended: false,
      },
    ],
  },
  { step: 'token', required: true },
  {
    step: 'agents',
    clients: [
      { id: 'claude', name: 'Claude Code', version: null, progress: { kind: 'connected', roundTripMs: 9 } },
      { id: 'codex', name: 'Codex', version: null, progress: { kind: 'connected', roundTripMs: 14 } },
      {
        id: 'cursor',
        name: 'Cursor',
        version: null,
        progress: { kind: 'failed', sentence: '~/.cursor/mcp.json can only be read' },
      },
    ],
  },
];

/** Has the page believe that it is in the window of an application which is at `run`. */
export async function pretendWindow(page: Page, run: FirstRun): Promise<void> {
  await page.addInitScript(
    ([name, state]) => {
      const answer = (value: unknown) => () => Promise.resolve({ ok: true, value });
      const calls = { readState: answer(state), showToken: answer({ token: 'cb_shared_Yw4kExampleOnly' }) };
      const bridge = { ...calls, onState: () => () => undefined, reportUnread: answer(null) };
      Object.defineProperty(globalThis, name, { value: bridge });
    },
    [
      desktopGlobal,
      desktopState({ firstRun: run, dataDirectory: '/home/ada/.config/claude-bridge' }),
    ] as const,
  );
}
