import { readdirSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { SqliteStore } from '../../src-main/store/sqlite/sqlite-store.ts';
import { bearer, send, type Target } from '../support/http-client.ts';
import type { Relay } from '../support/program.ts';

/** Puts messages into the database of a data directory before a relay is started there. */
export async function fill(
  home: string,
  {
    messages,
    bytes,
    file = join(home, 'claude-bridge.db'),
  }: { messages: number; bytes: number; file?: string },
): Promise<void> {
  const store = new SqliteStore({ path: file, durability: 'normal' });
  const content = 'x'.repeat(bytes);
  await Promise.all(
    Array.from({ length: messages }, () => store.append({ channel: 'ballast', sender: 'alice', content })),
  );
  await store.close();
}

/** What copies for downloads have left in the data directory. */
export function leftIn({ home }: { home: string }): string[] {
  return readdirSync(join(home, 'runtime')).filter((name) => name !== 'relay.json');
}

/** Begins a request with the relay's own token and hands out its answer, unread. */
export function begin(
  relay: Relay,
  path: string,
): { answer: Promise<IncomingMessage>; breakOff: () => void } {
  const outgoing = request({
    host: '127.0.0.1',
    port: relay.port,
    path,
    headers: bearer(relay.localToken),
    agent: false,
  });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve).once('error', reject).end();
  });
  // Somebody who breaks off does not wait for the answer.
  answer.catch(() => undefined);
  return { answer, breakOff: () => outgoing.destroy() };
}

/** 16 senders that go on until they are stopped. */
export function sendWithoutEnd(target: Target, headers = {}) {
  const acknowledged: string[] = [];
  let stopped = false;
  const sending = Promise.all(
    Array.from({ length: 16 }, async (_, sender) => {
      for (let count = 0; !stopped; count++) {
        const message = {
          channel: `room ${sender % 3}`,
          sender: `sender ${sender}`,
          content: `${sender}/${count}`,
        };
        acknowledged.push((await send(target, message, headers)).id);
      }
    }),
  );
  return {
    /** Ids in the order of their acknowledgement. */
    acknowledged,
    stop: async () => {
      stopped = true;
      await sending;
    },
  };
}
