import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HeardJob, ListenJob } from './jobs.ts';
import { openStream } from './stream.ts';

const marker = Buffer.from('event: message');

/** How long the last events may take to arrive, in ms. */
const patienceMs = 5_000;

/** Subscribers that count events and do nothing else, so that the server is what limits. */
export class Listeners {
  #sockets: Socket[] = [];
  #events = 0;

  async listen({ address, streams }: ListenJob): Promise<{ listening: number }> {
    this.#events = 0;
    for (const stream of streams) this.#sockets.push(await openStream(address, stream, this.#counter()));
    return { listening: this.#sockets.length };
  }

  async heard({ expected }: HeardJob): Promise<{ events: number }> {
    const deadline = performance.now() + patienceMs;
    while (this.#events < expected && performance.now() < deadline) await sleep(10);
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets = [];
    return { events: this.#events };
  }

  #counter(): (buffer: Buffer, bytes: number) => void {
    let rest = Buffer.alloc(0);
    const most = marker.length - 1;
    return (buffer, bytes) => {
      const read = buffer.subarray(0, bytes);
      // A marker may lie across two reads: the end of one is looked at together with the beginning of the next.
      this.#events += count(read) + count(Buffer.concat([rest, read.subarray(0, most)]));
      rest = Buffer.concat([rest, read.subarray(-most)]).subarray(-most);
    };
  }
}

function count(bytes: Buffer): number {
  let found = 0;
  for (let at = bytes.indexOf(marker); at >= 0; at = bytes.indexOf(marker, at + marker.length)) found++;
  return found;
}
