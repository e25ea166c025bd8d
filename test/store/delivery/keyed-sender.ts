import { SqliteStore } from '../../../src-main/store/sqlite/sqlite-store.ts';
import { keyed } from './support.ts';

/** Sends numbered messages with keys from several senders at once until it is killed; says what is stored. */
const [, , path = '', senders = '1', each = '1'] = process.argv;
const store = new SqliteStore({ path, durability: 'full' });

async function sendAll(sender: number): Promise<void> {
  for (let number = 0; number < Number(each); number++) {
    const content = `${sender}.${number}`;
    const { message } = await store.append(keyed(content, content));
    process.stdout.write(`${content} ${message.id}\n`);
  }
}

await Promise.all(Array.from({ length: Number(senders) }, (_, sender) => sendAll(sender)));
await store.close();
