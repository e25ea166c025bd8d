import { BridgeError } from '../../src-shared/bridge-error.ts';

export interface FloodLimits {
  /** Messages of one sender on one channel, sustained; 0 switches the guard off. */
  sendRatePerMinute: number;
  /** Messages above the rate that are taken in one go. */
  sendBurst: number;
  /** Identical messages in a row within a minute from which the sender is told; 0 never. */
  repeatsBeforeWarning: number;
  /** Refuse those repeats instead of only saying so. */
  refuseRepeats: boolean;
}

export interface Posting {
  channel: string;
  sender: string;
  content: string;
  /** A message that is sent again under its key is no repeat: the key is there for that. */
  key?: string | undefined;
}

interface Bucket {
  tokens: number;
  /** When `tokens` was right, in ms of the monotonic clock. */
  at: number;
  /** When it was last put in its place among the buckets, by the same clock. */
  placedAt: number;
  content: string;
  key: string | undefined;
  repeats: number;
  repeatedSince: number;
}

const minuteMs = 60_000;

/** Senders that are remembered; beyond it those who have been silent for longest are forgotten. */
const maxBuckets = 10_000;

/** Messages that lie closer together than so many ms change no order: keeping it exactly would cost each of them. */
const orderMs = 1_000;

/** Characters of content that is compared for repeats; longer texts do not come from loops of a few words. */
const maxCompared = 1_024;

/**
 * Stops agents that have fallen into a loop: a rate with a burst for each sender and channel, and a word about
 * identical repeats. Generous by default, since nothing is worse than a guard that guards against work.
 */
export class FloodGuard {
  readonly #limits: () => FloodLimits;
  /** Silent for longest first, to within `orderMs`. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: () => FloodLimits) {
    this.#limits = limits;
  }

  /**
   * Takes a message into account.
   * @returns how often the same was said in a row, when that is worth a word
   * @throws BridgeError `too_many_messages` naming the limit, with the seconds to wait
   */
  admit(posting: Posting, now = performance.now()): number | undefined {
    const limits = this.#limits();
    if (limits.sendRatePerMinute <= 0) return undefined;
    const bucket = this.#bucketOf(posting, limits, now);
    this.#refill(bucket, limits, now);
    if (bucket.tokens < 1) {
      const retryAfter = Math.max(
        1,
        Math.ceil(((1 - bucket.tokens) * minuteMs) / limits.sendRatePerMinute / 1000),
      );
      throw new BridgeError(
        'too_many_messages',
        `${posting.sender} sends too much on ${posting.channel}: the limit sendRatePerMinute is ${limits.sendRatePerMinute}`,
        { retryAfter },
      );
    }
    const repeats = countRepeats(bucket, posting, now);
    const worthAWord = limits.repeatsBeforeWarning > 0 && repeats >= limits.repeatsBeforeWarning;
    if (worthAWord && limits.refuseRepeats) {
      throw new BridgeError(
        'too_many_messages',
        `${posting.sender} has said the same ${repeats} times in a row on ${posting.channel}: the limit repeatsBeforeWarning is ${limits.repeatsBeforeWarning}`,
        { retryAfter: Math.max(1, Math.ceil((bucket.repeatedSince + minuteMs - now) / 1000)) },
      );
    }
    bucket.tokens--;
    return worthAWord ? repeats : undefined;
  }

  #bucketOf({ channel, sender }: Posting, { sendBurst }: FloodLimits, now: number): Bucket {
    const key = `${channel}\n${sender}`;
    const known = this.#buckets.get(key);
    if (known && now - known.placedAt < orderMs) return known;
    if (known) this.#buckets.delete(key);
    else if (this.#buckets.size >= maxBuckets) this.#forget();
    const bucket = known ?? {
      tokens: sendBurst,
      at: now,
      placedAt: now,
      content: '',
      key: undefined,
      repeats: 0,
      repeatedSince: now,
    };
    bucket.placedAt = now;
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #refill(bucket: Bucket, { sendRatePerMinute, sendBurst }: FloodLimits, now: number): void {
    bucket.tokens = Math.min(sendBurst, bucket.tokens + ((now - bucket.at) * sendRatePerMinute) / minuteMs);
    bucket.at = now;
  }

  /** Forgets a tenth. */
  #forget(): void {
    let left = maxBuckets / 10;
    for (const key of this.#buckets.keys()) {
      this.#buckets.delete(key);
      if (--left === 0) return;
    }
  }
}

/** How often this content has come in a row within the last minute, this time included. */
function countRepeats(bucket: Bucket, { content, key }: Posting, now: number): number {
  const isRepeat = content === bucket.content && now - bucket.repeatedSince < minuteMs;
  if (isRepeat && key !== undefined && key === bucket.key) return 1;
  bucket.key = key;
  if (isRepeat) return ++bucket.repeats;
  bucket.content = content.length > maxCompared ? '' : content;
  bucket.repeats = 1;
  bucket.repeatedSince = now;
  return 1;
}
