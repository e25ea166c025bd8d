import { afterEach, expect, test } from 'vitest';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { ApiClient } from '../../src-shared/client/api-client.ts';
import {
  EventSubscription,
  type SubscriptionOptions,
  type SubscriptionState,
} from '../../src-shared/client/event-subscription.ts';
import type { StreamEvent } from '../../src-shared/client/stream-event.ts';
import { scratchDirectory, startRelay } from '../support/program.ts';

const open: Following[] = [];
afterEach(() => {
  for (const following of open.splice(0)) following.subscription.close();
});

/** A subscription whose events are collected. */
class Following {
  readonly subscription: EventSubscription;
  readonly events: StreamEvent[] = [];
  readonly states: SubscriptionState['kind'][] = [];
  readonly ended: Promise<unknown>;
  #look: (() => void) | undefined;

  constructor(url: string, options: SubscriptionOptions, token?: string) {
    this.subscription = new EventSubscription(
      { url, token: () => token },
      {
        ...options,
        onState: ({ kind }) => {
          this.states.push(kind);
          // Tests do not want to wait for the back-off.
          if (kind === 'waiting') queueMicrotask(() => this.subscription.retryNow());
          this.#look?.();
        },
      },
    );
    this.ended = this.#collect().catch((error: unknown) => error);
    open.push(this);
  }

  async #collect(): Promise<void> {
    for await (const event of this.subscription) {
      this.events.push(event);
      this.#look?.();
    }
  }

  get contents(): string[] {
    return this.events.flatMap((event) => (event.type === 'message' ? [event.message.content] : []));
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (condition()) resolve();
      };
      this.#look();
    });
  }

  live(): Promise<void> {
    return this.until(() => this.subscription.state.kind === 'live');
  }
}

test('hands out messages, clears and receipts as they happen', async () => {
  await using relay = await startRelay();
  const client = new ApiClient({ url: relay.url });
  const following = new Following(relay.url, { channels: 'all', receipts: true });
  await following.live();
  const { id } = await client.send({ channel: 'live:a', sender: 'orion', content: 'café\u2028' });
  await client.ack({ channel: 'live:a', consumer_id: 'vega', message_id: id });
  await client.clear('live:a');
  await following.until(() => following.events.length === 3);
  expect(following.events).toMatchObject([
    { type: 'message', message: { id, channel: 'live:a', content: 'café\u2028' } },
    { type: 'receipt', receipt: { kind: 'acked', consumer_id: 'vega' } },
    { type: 'clear', channel: 'live:a', removed: 1 },
  ]);
});

test('goes on after a restart of the relay, nothing missed and nothing doubled', async () => {
  const home = scratchDirectory();
  const first = await startRelay({ home });
  const port = String(first.port);
  const client = new ApiClient({ url: first.url });
  const following = new Following(first.url, { channels: ['live:b'] });
  await following.live();
  await client.send({ channel: 'live:b', sender: 'orion', content: 'before' });
  await following.until(() => following.contents.length === 1);
  await first.kill();

  // Nobody streams here, so this is what was missed.
  await using elsewhere = await startRelay({ home });
  await new ApiClient({ url: elsewhere.url }).send({
    channel: 'live:b',
    sender: 'orion',
    content: 'meanwhile',
  });
  await elsewhere.stop();

  await using second = await startRelay({ home, args: ['--port', port] });
  await new ApiClient({ url: second.url }).send({ channel: 'live:b', sender: 'orion', content: 'after' });
  await following.until(() => following.contents.length === 3);
  expect(following.contents).toEqual(['before', 'meanwhile', 'after']);
  expect(following.events.every(({ type }) => type === 'message')).toBe(true);
  expect(following.states).toContain('waiting');
});

test('says that there is a gap when the connection was lost before there was a cursor', async () => {
  const home = scratchDirectory();
  const first = await startRelay({ home });
  const following = new Following(first.url, { channels: 'all' });
  await following.live();
  await first.kill();
  await using second = await startRelay({ home, args: ['--port', String(first.port)] });
  await following.until(() => following.events.length === 1);
  expect(following.events).toEqual([{ type: 'gap' }]);
  expect(second.url).toBe(first.url);
});

test('says that there is a gap when the cursor is no longer known', async () => {
  await using relay = await startRelay();
  const following = new Following(relay.url, { channels: 'all', since: 'gone' });
  await following.until(() => following.events.length === 1);
  expect(following.events).toEqual([{ type: 'gap' }]);
});

test('ends for good when the relay refuses the token', async () => {
  await using relay = await startRelay({
    env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'a-token-of-the-tests-0123456789' },
  });
  const following = new Following(relay.url, { channels: 'all' }, 'not-the-token');
  expect(await following.ended).toMatchObject({ code: 'unauthorized' });
  expect(following.subscription.state).toMatchObject({ kind: 'ended', error: { code: 'unauthorized' } });
});

test('ends without an error when it is closed', async () => {
  await using relay = await startRelay();
  const following = new Following(relay.url, { channels: 'all' });
  await following.live();
  following.subscription.close();
  expect(await following.ended).toBeUndefined();
  expect(following.subscription.state).toEqual({ kind: 'ended' });
});

test('does what comes before each connection, and takes its refusal for that of the connection', async () => {
  const home = scratchDirectory();
  const first = await startRelay({ home });
  let asked = 0;
  let isLetIn = true;
  const refusal = new BridgeError('unauthorized', 'unauthorized');
  const beforeConnecting = () => {
    asked++;
    return isLetIn ? Promise.resolve() : Promise.reject(refusal);
  };
  const following = new Following(first.url, { channels: 'all', beforeConnecting });
  await following.live();
  expect(asked).toBe(1);
  isLetIn = false;
  await first.kill();
  expect(await following.ended).toBe(refusal);
  expect(asked).toBe(2);
  expect(following.states.filter((kind) => kind === 'live')).toHaveLength(1);
});
