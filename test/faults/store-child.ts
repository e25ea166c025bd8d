import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { SqliteStore } from '../../src-main/store/sqlite/sqlite-store.ts';
import { toError } from '../../src-shared/bridge-error.ts';

/** What the process may be told to do, one order a line. */
export type Order =
  /** Send messages from several senders at once, each waiting for its last one; says `stored <content>` for each. */
  | { do: 'send'; prefix: string; senders: number; each: number }
  | { do: 'clear'; channel: string }
  /** Says `change <content>` for each message that is published. */
  | { do: 'watch' }
  /** Takes the write lock until it is told to let go. */
  | { do: 'hold' }
  | { do: 'let go' };

const [, , path = '', how] = process.argv;

/** Pipes are written to at once on POSIX systems, so that what was said is not lost when this process is killed. */
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function carryOut(order: Order): Promise<void> {
  if (how === 'plain') plain(order);
  else await withStore(order);
}

const db = how === 'plain' ? new Database(path, { timeout: 5_000 }) : undefined;
const store = how === 'plain' ? undefined : open();

function open(): SqliteStore | undefined {
  try {
    return new SqliteStore({ path, durability: 'full' });
  } catch (error) {
    const { name, message } = toError(error);
    say(`refused ${name}: ${message}`);
    return undefined;
  }
}

async function withStore(order: Order): Promise<void> {
  if (!store) return;
  if (order.do === 'watch') {
    store.watch((changes) => {
      for (const change of changes) if (change.kind === 'message') say(`change ${change.message.content}`);
    });
    say('watching');
  } else if (order.do === 'clear') {
    say(`cleared ${(await store.clear(order.channel)).cleared}`);
  } else if (order.do === 'send') {
    await Promise.all(Array.from({ length: order.senders }, (_, sender) => sendAll(store, order, sender)));
    say('sent');
  }
}

async function sendAll(
  to: SqliteStore,
  { prefix, each }: Extract<Order, { do: 'send' }>,
  sender: number,
): Promise<void> {
  for (let number = 0; number < each; number++) {
    const content = `${prefix} ${sender}.${number}`;
    await to.append({ channel: 'room', sender: `sender ${sender}`, content });
    say(`stored ${content}`);
  }
}

function plain(order: Order): void {
  if (!db) return;
  if (order.do === 'hold') {
    db.exec('BEGIN EXCLUSIVE');
    say('held');
  } else if (order.do === 'let go') {
    db.exec('ROLLBACK');
    say('free');
  } else if (order.do === 'send') {
    const insert = db.prepare(
      `INSERT INTO messages (id, channel, sender, content, timestamp)
       VALUES (lower(hex(randomblob(16))), 'room', 'python', ?, strftime('%Y-%m-%dT%H:%M:%f000Z'))`,
    );
    for (let number = 0; number < order.each; number++) {
      insert.run(`${order.prefix} ${number}`);
      say(`stored ${order.prefix} ${number}`);
    }
    say('sent');
  }
}

if (store || db) say('open');
for await (const line of createInterface({ input: process.stdin })) {
  // Orders may overlap: a burst goes on while the next one arrives.
  carryOut(JSON.parse(line) as Order).catch((error: unknown) => {
    say(`failed ${toError(error).message}`);
  });
}
await store?.close();
db?.close();
