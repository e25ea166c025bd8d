import { expect, test } from 'vitest';
import { ApiClient } from '../../../src-shared/client/api-client.ts';
import { spawnProgram, startRelay, type Program, type Relay } from '../../support/program.ts';

/** Following a relay that is killed and started anew in the middle of what it is sent. */

function startAgain({ port, home }: Relay): Promise<Relay> {
  return startRelay({ home, args: ['--port', String(port)] });
}

function contentsIn({ stdout }: Program): unknown[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { content: unknown }).content);
}

test(
  'tail -f goes on after restarts: nothing is missed, nothing comes twice',
  { timeout: 60_000 },
  async () => {
    let relay = await startRelay();
    const { home } = relay;
    const token = { env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'a-token-of-the-tests' } };
    // A relay that wants a token: the one in its runtime file is another after each start.
    await relay.stop();
    relay = await startRelay({ home, args: ['--port', String(relay.port)], ...token });
    const client = () => new ApiClient({ url: relay.url, token: () => relay.localToken });
    const sent: string[] = [];
    const send = async (content: string) => {
      await client().send({ channel: `demo:${sent.length % 2}`, sender: 'orion', content });
      sent.push(content);
    };
    await send('before');
    await using tail = spawnProgram({ args: ['tail', '-f'], home });
    await tail.printed('before');
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 5; i++) await send(`${round}.${i} while it runs`);
      await relay.kill();
      relay = await startRelay({ home, args: ['--port', String(relay.port)], ...token });
      for (let i = 0; i < 5; i++) await send(`${round}.${i} after a restart`);
    }
    await send('last');
    await tail.printed('"last"');
    expect(contentsIn(tail)).toEqual(sent);
    expect(tail.stderr).toContain('trying again');
    expect(tail.stderr).toContain('the relay is back');
  },
);

test('tail -f of an empty relay misses nothing that is sent while it begins', async () => {
  const relay = await startRelay();
  await using tail = spawnProgram({ args: ['tail', '-f', 'demo:first'], home: relay.home });
  const client = new ApiClient({ url: relay.url });
  const sent: string[] = [];
  // Until the first one is printed: some of them fall between the listing and the stream.
  while (tail.stdout === '') {
    sent.push(String(sent.length));
    await client.send({ channel: 'demo:first', sender: 'orion', content: sent.at(-1) ?? '' });
  }
  await client.send({ channel: 'demo:first', sender: 'orion', content: 'last' });
  await tail.printed('"last"');
  const printed = contentsIn(tail);
  // It begins with the newest ten of what was there when it listed.
  expect([...sent, 'last'].slice(-printed.length)).toEqual(printed);
  expect(printed.length).toBeGreaterThan(1);
});

test('tail -f behind an id that is gone says so and begins with what there is', async () => {
  const relay = await startRelay();
  const client = new ApiClient({ url: relay.url });
  await client.send({ channel: 'demo:a', sender: 'orion', content: 'there' });
  await using tail = spawnProgram({ args: ['tail', '-f', '--since', 'gone'], home: relay.home });
  await tail.printed('"there"');
  expect(tail.stderr).toContain('the id is not known');
});

test('a wait goes on after a restart of the relay', { timeout: 40_000 }, async () => {
  const relay = await startRelay();
  const client = new ApiClient({ url: relay.url });
  await client.send({ channel: 'demo:a', sender: 'orion', content: 'old' });
  await using waiting = spawnProgram({ args: ['wait', 'demo:a', '--timeout', '60'], home: relay.home });
  const waiters = async () => (await client.state()).waiters;
  await expect.poll(waiters, { timeout: 10_000 }).toBe(1);
  await relay.stop();
  await startAgain(relay);
  await client.send({ channel: 'demo:a', sender: 'orion', content: 'new' });
  expect(await waiting.exited).toEqual({ code: 0, signal: null });
  expect(contentsIn(waiting)).toEqual(['new']);
});
