import type { FeedMessage } from '../../../../src-shared/messages/feed-message.ts';
import type { MessageList } from './message-list.ts';
import { OpenChannels, type OpenChannel } from './open-channels.ts';
import type { SmallParts } from './parts.ts';
import { Search } from './search.ts';
import { Thread } from './thread.ts';

/** What stands in the middle. */
export type View = OpenChannel | Thread | Search | { readonly kind: 'agents' };

/** The middle of the screen: what stands there, and which message of it is selected. */
export class Middle {
  view: View | undefined;
  readonly opened: OpenChannels;

  readonly #parts: SmallParts;
  readonly #wish: string | undefined;
  /** Whose details are scrolled. */
  #detailsOf: string | undefined;

  /** @param wish the channel that is opened first, else the one with the newest message */
  constructor(parts: SmallParts, wish: string | undefined) {
    this.#parts = parts;
    this.#wish = wish;
    this.opened = new OpenChannels(parts.client, parts.work);
  }

  /** The list, if it is one of messages. */
  get list(): MessageList | undefined {
    return this.view && 'list' in this.view ? this.view.list : undefined;
  }

  get selected(): FeedMessage | undefined {
    return this.list?.selected;
  }

  /** The channel to which is sent: the open one, or that of the selected message. */
  get channel(): string | undefined {
    if (this.view?.kind === 'channel') return this.view.feed.channel;
    return this.selected?.channel ?? this.opened.last;
  }

  get markedChannel(): string | undefined {
    return this.#parts.panels.marked ?? this.channel;
  }

  get showsDetails(): boolean {
    if (this.view?.kind === 'agents') return false;
    return this.#parts.panels.detailsWish ?? this.#parts.panels.isFull;
  }

  /** Whether the messages of a channel are what stands there. */
  shows(channel: string): boolean {
    return this.view?.kind === 'channel' && this.view.feed.channel === channel;
  }

  openFirst(): void {
    const { channels } = this.#parts;
    if (this.view || !channels.known) return;
    const first = this.#wish ?? channels.liveliest?.id;
    if (first !== undefined) this.openChannel(first);
  }

  openChannel(channel: string): void {
    const { panels, channels } = this.#parts;
    panels.marked = undefined;
    channels.see(channel);
    this.view = this.opened.open(channel);
    this.moved();
  }

  /** The channel that was looked at last. */
  backToChannel(): void {
    const last = this.opened.last ?? this.#parts.channels.liveliest?.id;
    if (last !== undefined) this.openChannel(last);
    else this.view = undefined;
  }

  openThread(): void {
    const { selected } = this;
    if (!selected) return;
    const { client, work } = this.#parts;
    const thread = new Thread(client, selected, work.options);
    this.#show(thread, thread.ask());
  }

  /** @param text words and conditions */
  openSearch(text: string): void {
    const { client, work } = this.#parts;
    const search = new Search(client, text, work.options);
    this.#show(search, search.ask());
  }

  toggleAgents(): void {
    if (this.view?.kind === 'agents') this.backToChannel();
    else this.#show({ kind: 'agents' }, this.#parts.agents.ask());
  }

  /** Shows the selected message of a search in its channel. */
  reachSelected(): void {
    if (this.selected) this.#parts.work.run(this.#reach(this.selected));
  }

  /** Selects the first message, which has to be fetched where a channel begins before what is at hand. */
  moveToFirst(): void {
    if (this.view?.kind === 'channel') {
      this.#parts.work.run(this.#moveToFirst(this.view));
    } else {
      this.list?.first();
      this.moved();
    }
  }

  /** Another message may be selected now: its details begin at their top, and older ones may be needed. */
  moved(): void {
    if (this.selected?.id !== this.#detailsOf) this.#parts.panels.detailsTop = 0;
    this.#detailsOf = this.selected?.id;
    if (!this.list?.atTop || this.list.rows.length === 0) return;
    if (this.view?.kind === 'channel') this.#parts.work.run(this.view.feed.older());
  }

  #show(view: View, asked: Promise<void>): void {
    this.view = view;
    this.#parts.panels.focus = 'messages';
    this.#parts.work.run(asked);
  }

  /** To the very first message of the channel, for which all before have to be fetched, unless somebody goes elsewhere. */
  async #moveToFirst({ feed, list }: OpenChannel): Promise<void> {
    for (;;) {
      list.first();
      this.moved();
      const first = list.selected;
      const known = feed.messages.length;
      await feed.older();
      if (list.selected !== first || feed.messages.length === known) return;
      this.#parts.changes.note();
    }
  }

  async #reach(message: FeedMessage): Promise<void> {
    this.openChannel(message.channel);
    const { view } = this;
    if (view?.kind !== 'channel') return;
    if (await view.feed.reach(message.id)) {
      view.list.filter = '';
      view.list.select(message.id);
    } else {
      this.#parts.notices.say('That message is too far back in its channel to be shown there.', 'bad');
    }
  }
}
