import { getRandomValues } from 'node:crypto';
import { v7 } from 'uuid';
import { systemMicroseconds } from './clock.ts';

/** Random bytes in store. Asking the system for a few at a time costs as much as the rest of an insert's preparation. */
const pool = new Uint8Array(8_192);
let used = pool.length;

/** The millisecond of the last id and its place within it, so that ids of one millisecond are in order too. */
let lastMs = 0;
let place = 0;

/** A new id: a UUID of version 7 (RFC 9562 §5.7), later in binary order than those before it, whatever the clock does. */
export function nextId(): string {
  // By the clock of the timestamps: what happens after a message must not seem to be from before its id.
  const now = Math.floor(systemMicroseconds() / 1_000);
  if (now > lastMs) {
    lastMs = now;
    place = new DataView(randomBytes().buffer, used - 16).getUint32(0) >>> 1;
  } else if (++place > 0xffff_ffff) {
    lastMs++;
    place = 0;
  }
  return v7({ msecs: lastMs, seq: place, random: randomBytes() });
}

function randomBytes(): Uint8Array<ArrayBuffer> {
  if (used === pool.length) {
    getRandomValues(pool);
    used = 0;
  }
  used += 16;
  return pool.subarray(used - 16, used);
}
