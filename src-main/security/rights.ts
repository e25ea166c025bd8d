import type { Access, Right } from '../../src-shared/access.ts';
import { ChannelPatterns } from '../../src-shared/channel-patterns.ts';

/** What a principal may do: the rights it has, each with the channels on which it holds. */
export class Rights {
  readonly access: Access;
  /** Without channels a right holds on all. */
  readonly #channels: ReadonlyMap<Right, ChannelPatterns | undefined>;

  constructor(access: Access) {
    this.access = access;
    this.#channels = new Map(access.rights.map((right) => [right, patternsOf(access.channels[right])]));
  }

  /**
   * Whether `right` holds on `channel`. Without one the question is about the relay as a whole: `admin` must then hold
   * on all channels, while of the others, which are about channels always, any is enough to ask further.
   */
  hold(right: Right, channel?: string): boolean {
    const limit = this.#channels.get(right);
    if (!limit) return this.#channels.has(right);
    return channel === undefined ? right !== 'admin' : limit.has(channel);
  }

  /** The channels on which `right` holds; undefined for all. */
  channelsOf(right: Right): ChannelPatterns | undefined {
    return this.#channels.has(right) ? this.#channels.get(right) : none;
  }
}

const none = new ChannelPatterns([]);

function patternsOf(patterns: readonly string[] | undefined): ChannelPatterns | undefined {
  return patterns && new ChannelPatterns(patterns);
}
