import type { FoundMessage } from '../../src-shared/api/search.ts';
import { describe } from '../../src-shared/messages/describe.ts';
import { excerpt } from '../messages/excerpt.ts';
import { toFeedMessage } from '../../src-shared/messages/feed-message.ts';
import { givenTerms, hasTerms, readTerms } from '../../src-shared/messages/search-text.ts';
import { channelHash, hashOf } from '../route.ts';
import type { Dashboard } from '../state/dashboard.svelte.ts';
import { searchMessages } from '../state/message-search.ts';
import { Pages } from '../state/pages.svelte.ts';
import { shortMinute } from '../../src-shared/shown-time.ts';
import type { PaletteItem } from './palette-sources.ts';

/** So long after the last key the relay is asked, in ms. */
const restMs = 200;

/** Messages that are shown. */
const most = 6;

/** What the palette finds among messages: the relay is asked once somebody has stopped typing. */
export class PaletteMessages {
  readonly #dashboard: Dashboard;
  readonly #found = new Pages<FoundMessage>();
  #query = $state('');
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(dashboard: Dashboard) {
    this.#dashboard = dashboard;
  }

  /** Looks for `query`, soon; an empty one ends the search. */
  look(query: string): void {
    clearTimeout(this.#timer);
    this.#query = query;
    const terms = readTerms(query);
    if (!hasTerms(terms)) {
      this.#found.close();
      return;
    }
    this.#timer = setTimeout(() => {
      void this.#found.open(async (_from, signal) => {
        const { results } = await searchMessages(this.#dashboard, terms, { limit: most, signal });
        return { items: results, next: undefined };
      });
    }, restMs);
  }

  /** The way to all results first: it stays where it is while messages come in behind it. */
  get items(): PaletteItem[] {
    const terms = readTerms(this.#query);
    if (!hasTerms(terms)) return [];
    const { router } = this.#dashboard;
    const all: PaletteItem = {
      key: 'all messages',
      icon: 'search',
      title: `Search messages for ${this.#query}`,
      hint: this.#found.phase === 'failed' ? 'failed' : '',
      run: () => router.go(hashOf('search', [], givenTerms(terms))),
    };
    return [all, ...this.#found.items.map((message) => this.#item(message, terms.q))];
  }

  #item(message: FoundMessage, words: string): PaletteItem {
    const { channel, id, sender, ts_full } = message;
    const description = describe(toFeedMessage(message, channel));
    const parts = excerpt(description, words);
    return {
      key: `message ${id}`,
      icon: 'text',
      title: `${sender}: ${parts.map(({ text }) => text).join('')}`,
      found: { sender, parts, where: [channel, description.type].filter(Boolean).join(', ') },
      hint: shortMinute(Date.parse(ts_full), this.#dashboard.clock.now),
      run: () => this.#dashboard.router.go(channelHash(channel, id)),
    };
  }
}
