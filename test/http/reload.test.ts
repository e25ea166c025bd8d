import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { follow } from '../support/event-reader.ts';
import { bearer, get, post, send, state } from '../support/http-client.ts';
import { runProgram, scratchDirectory, startRelay, type Relay } from '../support/program.ts';
import { expectError } from './expect-answer.ts';

/** Limits that change while the relay runs: by SIGHUP, by `config reload` and over the API (10.1 row 10). */

let home: string;
let relay: Relay;

function configure(settings: Record<string, unknown>): void {
  writeFileSync(join(home, 'config.json'), JSON.stringify(settings));
}

beforeAll(async () => {
  home = scratchDirectory();
  configure({ maxSsePerChannel: 1, maxMessageBytes: 100, retentionDays: 9 });
  relay = await startRelay({ home });
});

describe.skipIf(process.platform === 'win32')('SIGHUP', () => {
  test('a changed cap applies to the next connection, open streams go on', async () => {
    using first = await follow(relay, 'cap');
    expectError(await get(relay, '/events/channel/cap'), 503, 'too_many_channel_subscribers');
    expectError(
      await post(relay, '/api/send', { channel: 'x', sender: 's', content: 'x'.repeat(101) }),
      413,
      'too_large',
      'content',
    );

    configure({ maxSsePerChannel: 2, maxMessageBytes: 200, retentionDays: 9, sseReplayLimit: 1 });
    relay.signal('SIGHUP');
    await relay.logged(/"maxSsePerChannel":\[1,2\]/);

    using second = await follow(relay, 'cap');
    await send(relay, { channel: 'cap', content: 'x'.repeat(150) });
    for (const stream of [first, second]) expect((await stream.next())?.event).toBe('message');

    configure({ maxSsePerChannel: 1 });
    relay.signal('SIGHUP');
    await relay.logged(/"maxSsePerChannel":\[2,1\]/);
    expectError(await get(relay, '/events/channel/cap'), 503, 'too_many_channel_subscribers');
    expect(await state(relay)).toMatchObject({ sse_subscribers: 2, retention_days: 0 });
  });

  test('a broken settings file is reported in one line and changes nothing', async () => {
    configure({ maxSsePerChannel: 'many' });
    relay.signal('SIGHUP');
    await relay.logged(/everything stays as it was: [^\n]*maxSsePerChannel/);
    writeFileSync(join(home, 'config.json'), '{"authToken": "half-a-tok');
    relay.signal('SIGHUP');
    await relay.logged(/everything stays as it was: [^\n]*config\.json is not valid JSON/);
    expect(relay.stderr).not.toContain('half-a-tok');
    using _stream = await follow(relay, 'cap');
    expectError(await get(relay, '/events/channel/cap'), 503, 'too_many_channel_subscribers');
  });
});

describe('claude-bridge config reload', () => {
  test('prints what changed and what waits for a restart', async () => {
    configure({
      maxSsePerChannel: 7,
      trustedHosts: ['bridge.example'],
      corsOrigins: ['https://dash.example'],
      durability: 'normal',
    });
    const { code, stdout, stderr } = await runProgram(['config', 'reload'], { home });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('maxSsePerChannel: 1 → 7\n');
    expect(stdout).toContain('after a restart: durability\n');
    const { status, headers } = await get(relay, '/status', {
      Host: 'bridge.example',
      Origin: 'https://dash.example',
    });
    expect([status, headers['access-control-allow-origin']]).toEqual([200, 'https://dash.example']);
  });

  test('says what is wrong with the new settings: 2', async () => {
    configure({ maxSse: 0 });
    const { code, stdout, stderr } = await runProgram(['config', 'reload'], { home });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: [^\n]*maxSse[^\n]*\n$/);
  });

  test('without a running relay: 5', async () => {
    const { code, stdout, stderr } = await runProgram(['config', 'reload']);
    expect([code, stdout]).toEqual([5, '']);
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
  });
});

test('POST /api/reload answers with the changes and never with a secret, which counts from then on', async () => {
  configure({ logLevel: 'warn', durability: 'normal', authToken: 'new-token-of-the-file' });
  const answer = await post(relay, '/api/reload', {}, bearer(relay.localToken));
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({
    reloaded: { logLevel: ['info', 'warn'], authToken: [null, '********'] },
    unchanged_until_restart: ['durability'],
  });
  expect(answer.text + relay.stderr).not.toContain('new-token-of-the-file');
  expectError(await post(relay, '/api/reload', {}), 401, 'unauthorized');
  expect((await get(relay, '/api/state', bearer('new-token-of-the-file'))).status).toBe(200);
  configure({ logLevel: 'warn', durability: 'normal' });
  expect((await post(relay, '/api/reload', {}, bearer(relay.localToken))).status).toBe(200);
  expectError(await post(relay, '/api/reload', {}), 403, 'missing_right');
  expectError(await get(relay, '/api/reload'), 405, 'method_not_allowed');
});
