import { BridgeError } from '../../../../src-shared/bridge-error.ts';
import type { StateResponse } from '../../../../src-shared/api.ts';
import { channelName } from '../../../../src-shared/channel.ts';
import { ApiClient, type CallOptions } from '../../../../src-shared/client/api-client.ts';
import type { StreamEvent } from '../../../../src-shared/client/stream-event.ts';
import type { FeedMessage } from '../../../../src-shared/messages/feed-message.ts';
import { hasTerms, readTerms } from '../../../../src-shared/messages/search-text.ts';
import { validate } from '../../../../src-shared/validation.ts';
import { counted } from '../../numbers.ts';
import type { Target } from '../../target.ts';
import { bindingOf } from '../keys.ts';
import { Agents } from './agents.ts';
import { Changes } from './changes.ts';
import { ChannelList } from './channel-list.ts';
import { Composer } from './composer.ts';
import { Feed } from './feed.ts';
import { Freezer } from './freezer.ts';
import { kindOf, type Size } from './layout.ts';
import { Link } from './link.ts';
import { MessageList } from './message-list.ts';
import { Notices } from './notices.ts';
import { Prompt } from './prompt.ts';
import { Receipts } from './receipts.ts';
import { Search } from './search.ts';
import { SenderColours, type SenderColour } from './sender-colours.ts';
import { Thread } from './thread.ts';

export interface SessionOptions {
  target: Target;
  /** The name under which messages are sent. */
  sender: string;
  /** Opened first; else the channel with the newest message. */
  channel: string | undefined;
  utc: boolean;
}

/** A channel that was opened. */
export interface OpenChannel {
  readonly kind: 'channel';
  readonly feed: Feed;
  readonly list: MessageList;
}

/** What stands in the middle. */
export type View = OpenChannel | Thread | Search | { readonly kind: 'agents' };

/** What is being asked of whoever sits before the screen; keys go there. */
export type Mode =
  | { kind: 'normal' }
  | { kind: 'help'; top: number }
  | { kind: 'compose' }
  | { kind: 'prompt'; prompt: Prompt }
  | { kind: 'confirm'; question: string; agreed: () => void };

export type Panel = 'channels' | 'messages' | 'details';

/** How often the relay is asked for its figures, in ms. */
const stateMs = 10_000;

/** How often it is asked for the agents while they are shown, in ms. */
const agentsMs = 5_000;

/** Channels whose messages are kept, so that going back and forth costs nothing. */
const mostOpen = 6;

/** The whole state of the screen and everything that can be done with it. Nothing here knows how it is drawn. */
export class Session {
  readonly changes = new Changes();
  readonly link: Link;
  readonly channels = new ChannelList();
  readonly agents: Agents;
  readonly receipts: Receipts;
  readonly composer: Composer;
  readonly notices: Notices;
  readonly freezer = new Freezer();
  readonly colours = new SenderColours();
  readonly target: Target;
  readonly sender: string;
  readonly utc: boolean;
  /** What the relay said last about itself. */
  state: StateResponse | undefined;
  view: View | undefined;
  mode: Mode = { kind: 'normal' };
  focus: Panel = 'messages';
  /** The channel that is marked in the list, where it is not the open one. */
  marked: string | undefined;
  /** Of the terminal, as it was drawn last. */
  size: Size = { columns: 80, rows: 24 };
  /** Rows of the details that are scrolled away. */
  detailsTop = 0;
  /** Rows of messages that fit, as they were drawn last. */
  pageRows = 10;
  /** The messages that were drawn last. */
  onScreen: readonly FeedMessage[] = [];
  /** Resolves when somebody quits; rejects for what cannot go on. */
  readonly ended: Promise<void>;

  readonly #client: ApiClient;
  readonly #closing = new AbortController();
  readonly #options: CallOptions;
  readonly #wish: string | undefined;
  /** The one that was looked at last comes last. */
  readonly #open = new Map<string, OpenChannel>();
  #detailsWish: boolean | undefined;
  #detailsOf: string | undefined;
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  #end: () => void = () => undefined;
  #fail: (error: unknown) => void = () => undefined;

  constructor({ target, sender, channel, utc }: SessionOptions) {
    this.target = target;
    this.sender = sender;
    this.utc = utc;
    this.#wish = channel;
    this.#client = new ApiClient(target);
    this.#options = { signal: this.#closing.signal };
    this.ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    });
    const { note: changed } = this.changes;
    const failed = (error: unknown) => this.failed(error);
    this.agents = new Agents(this.#client, this.#options);
    const isFrozen = () => this.freezer.frozen;
    this.receipts = new Receipts(this.#client, this.#options, { changed, failed, isFrozen });
    this.composer = new Composer(this.#client, sender, this.#options);
    this.notices = new Notices(changed);
    this.link = new Link(target, {
      changed,
      failed,
      take: (events) => this.#arrived(events),
      connected: (gap) => this.#connected(gap),
    });
  }

  start(): void {
    this.link.open();
    this.#timers.push(
      setInterval(() => this.#askState(), stateMs),
      setInterval(() => this.#askAgents(), agentsMs),
      // What is told in seconds.
      setInterval(() => {
        if (this.link.status.kind === 'offline') this.changes.note();
      }, 1_000),
    );
  }

  close(): void {
    this.#closing.abort(new Error('closed'));
    this.link.close();
    this.notices.close();
    for (const timer of this.#timers) clearInterval(timer);
  }

  quit(): void {
    this.#end();
  }

  failed(error: unknown): void {
    if (!this.#closing.signal.aborted) this.#fail(error);
  }

  /** The list in the middle, if it is one of messages. */
  get list(): MessageList | undefined {
    return this.view && 'list' in this.view ? this.view.list : undefined;
  }

  get selected(): FeedMessage | undefined {
    return this.list?.selected;
  }

  /** The channel to which is sent: the open one, or that of the selected message. */
  get channel(): string | undefined {
    if (this.view?.kind === 'channel') return this.view.feed.channel;
    return this.selected?.channel ?? [...this.#open.keys()].at(-1);
  }

  get markedChannel(): string | undefined {
    return this.marked ?? this.channel;
  }

  get showsDetails(): boolean {
    if (this.view?.kind === 'agents') return false;
    return this.#detailsWish ?? kindOf(this.size) === 'full';
  }

  /** Whether a message is at hand to which `id` refers. */
  find(id: string): FeedMessage | undefined {
    for (const { feed } of this.#open.values()) {
      const found = feed.find(id);
      if (found) return found;
    }
    return undefined;
  }

  /** The colour of a sender, another one than those of the others on its channel have as far as there are enough. */
  colourOf(sender: string, channel?: string): SenderColour {
    const beside = channel === undefined ? [] : (this.channels.find(channel)?.senders ?? []);
    return this.colours.of(sender, beside);
  }

  // Keys

  /** A key was pressed: a name such as `enter` or `ctrl+t`, or the character itself. */
  press(key: string): void {
    if (key === 'ctrl+c') this.quit();
    else if (this.mode.kind === 'normal') bindingOf.get(key)?.run(this);
    else this.#pressIn(this.mode, key);
    this.changes.note();
  }

  /** Characters were typed. */
  type(text: string): void {
    const [first = ''] = text;
    if (first === '') return;
    if (this.#isTyping()) this.paste(text);
    else {
      this.press(first === ' ' ? 'space' : first);
      // The first one may have begun something into which the others are typed.
      this.type(text.slice(first.length));
    }
  }

  /** A text was pasted: it is text, whatever it holds. */
  paste(text: string): void {
    if (this.mode.kind === 'compose') this.composer.insert(text);
    else if (this.mode.kind === 'prompt') this.mode.prompt.insert(text);
    this.changes.note();
  }

  #isTyping(): boolean {
    return this.mode.kind === 'compose' || this.mode.kind === 'prompt';
  }

  #pressIn(mode: Exclude<Mode, { kind: 'normal' }>, key: string): void {
    switch (mode.kind) {
      case 'help':
        if (['y', 'n', 'escape', '?', 'q', 'enter'].includes(key)) this.#leaveMode();
        else mode.top = Math.max(0, mode.top + (helpSteps[key] ?? 0));
        return;
      case 'confirm':
        if (key === 'y') mode.agreed();
        if (['y', 'n', 'escape', 'q'].includes(key)) this.#leaveMode();
        return;
      case 'prompt':
        if (key === 'escape') {
          mode.prompt.drop();
          this.#leaveMode();
        } else if (key === 'enter') {
          // What follows from the answer may ask something itself.
          if (mode.prompt.finish() && this.mode === mode) this.#leaveMode();
        } else mode.prompt.press(key);
        return;
      case 'compose':
        if (key === 'escape') this.#leaveMode();
        else if (key === 'enter') this.#run(this.#send());
        else this.composer.press(key);
    }
  }

  #leaveMode(): void {
    this.mode = { kind: 'normal' };
  }

  // Moving

  move(by: number): void {
    if (this.focus === 'details' && this.showsDetails) {
      this.detailsTop = Math.max(0, this.detailsTop + by);
    } else if (this.view?.kind === 'agents') {
      this.agents.move(by);
    } else if (this.focus === 'channels') {
      for (let step = 0; step < Math.abs(by); step++) {
        this.marked = this.channels.beside(this.markedChannel, by > 0 ? 1 : -1);
      }
    } else {
      this.list?.move(by);
      this.#moved();
    }
  }

  movePage(by: 1 | -1): void {
    this.move(by * (this.focus === 'channels' ? 5 : Math.max(1, this.pageRows - 1)));
  }

  moveToStart(): void {
    if (this.focus === 'details') this.detailsTop = 0;
    else if (this.focus === 'channels') this.marked = this.channels.all[0]?.id;
    else if (this.view?.kind === 'channel') this.#run(this.#moveToFirst(this.view));
    else {
      this.list?.first();
      this.#moved();
    }
  }

  moveToEnd(): void {
    if (this.focus === 'details') this.detailsTop = Number.MAX_SAFE_INTEGER;
    else if (this.focus === 'channels') this.marked = this.channels.all.at(-1)?.id;
    else {
      this.list?.last();
      this.#moved();
    }
  }

  moveFocus(by: 1 | -1): void {
    const panels: Panel[] = ['channels', 'messages', ...(this.showsDetails ? (['details'] as const) : [])];
    const at = panels.indexOf(this.focus);
    this.focus = panels[(at + by + panels.length) % panels.length] ?? 'messages';
    if (this.focus !== 'channels') this.marked = undefined;
  }

  enter(): void {
    if (this.focus === 'channels') {
      const { markedChannel } = this;
      if (markedChannel !== undefined) this.openChannel(markedChannel);
      this.focus = 'messages';
    } else if (this.view?.kind === 'search' && this.selected && this.showsDetails) {
      this.#run(this.#reach(this.selected));
    } else if (this.selected) {
      this.#detailsWish = true;
    }
  }

  openBeside(by: 1 | -1): void {
    const channel = this.channels.beside(this.channel, by);
    if (channel !== undefined) this.openChannel(channel);
  }

  openUnread(): void {
    const channel = this.channels.nextUnread(this.channel);
    if (channel === undefined) this.notices.say('Nothing is unread.');
    else this.openChannel(channel);
  }

  openChannel(channel: string): void {
    this.marked = undefined;
    this.channels.see(channel);
    const known = this.#open.get(channel);
    const opened = known ?? this.#newChannel(channel);
    this.#open.delete(channel);
    this.#open.set(channel, opened);
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= mostOpen) break;
      this.#open.delete(oldest);
    }
    this.view = opened;
    this.#moved();
    if (!known || opened.feed.phase === 'failed') this.#run(opened.feed.open());
  }

  /** From a thread, a search or the agents back to the channel, from details to the list; a filter goes at last. */
  back(): void {
    if (this.focus === 'channels') this.focus = 'messages';
    else if (this.showsDetails && kindOf(this.size) !== 'full') this.#detailsWish = false;
    else if (this.view?.kind !== 'channel') this.#backToChannel();
    else this.view.list.filter = '';
    this.marked = undefined;
    if (this.focus === 'details' && !this.showsDetails) this.focus = 'messages';
  }

  #backToChannel(): void {
    const last = [...this.#open.keys()].at(-1) ?? this.channels.liveliest?.id;
    if (last !== undefined) this.openChannel(last);
    else this.view = undefined;
  }

  // Looking

  toggleDetails(): void {
    this.#detailsWish = !this.showsDetails;
    if (!this.showsDetails && this.focus === 'details') this.focus = 'messages';
  }

  toggleAgents(): void {
    if (this.view?.kind === 'agents') {
      this.#backToChannel();
      return;
    }
    this.view = { kind: 'agents' };
    this.focus = 'messages';
    this.#run(this.agents.ask());
  }

  toggleFollow(): void {
    this.list?.toggleFollow();
    this.#moved();
  }

  toggleFreeze(): void {
    if (!this.freezer.frozen) {
      this.freezer.freeze(Date.now());
      return;
    }
    const { events, overflown } = this.freezer.thaw();
    this.#take(events);
    if (overflown) this.#catchUp();
    this.#askState();
  }

  refresh(): void {
    if (this.link.status.kind !== 'live') {
      this.link.retryNow();
      return;
    }
    if (this.freezer.frozen) {
      this.notices.say('Frozen: Space goes on.');
      return;
    }
    this.receipts.forget();
    this.#catchUp();
    this.#askState();
    this.#askAgents();
    this.notices.say('Refreshed.');
  }

  askFilter(): void {
    const { list } = this;
    if (!list) return;
    const before = list.filter;
    this.#ask(
      new Prompt({
        label: 'Filter',
        hint: 'words in message, sender or type; empty for all',
        text: before,
        changed: (text) => (list.filter = text.trim()),
        done: () => undefined,
        dropped: () => (list.filter = before),
      }),
    );
  }

  askSearch(): void {
    this.#ask(
      new Prompt({
        label: 'Search',
        hint: 'words, from:sender, in:channel, type:task',
        text: this.view?.kind === 'search' ? this.view.text : '',
        done: (text) => {
          if (!hasTerms(readTerms(text))) return 'give a word, or from:, in:, type:';
          const search = new Search(this.#client, text.trim(), this.#options);
          this.view = search;
          this.focus = 'messages';
          this.#run(search.ask());
          return undefined;
        },
      }),
    );
  }

  openThread(): void {
    const { selected } = this;
    if (!selected) return;
    const thread = new Thread(this.#client, selected, this.#options);
    this.view = thread;
    this.focus = 'messages';
    this.#run(thread.ask());
  }

  showHelp(): void {
    this.mode = { kind: 'help', top: 0 };
  }

  // Doing

  compose(): void {
    if (this.channel === undefined) {
      this.notices.say('There is no channel yet: n makes one.');
      return;
    }
    this.composer.answer(undefined);
    this.mode = { kind: 'compose' };
  }

  answer(): void {
    if (!this.selected) return;
    this.composer.answer(this.selected);
    this.mode = { kind: 'compose' };
  }

  askChannel(): void {
    this.#ask(
      new Prompt({
        label: 'New channel',
        hint: 'group:name; it begins with its first message',
        done: (text) => {
          const fault = nameFault(text.trim());
          if (fault !== undefined) return fault;
          this.openChannel(text.trim());
          this.compose();
          return undefined;
        },
      }),
    );
  }

  askClear(): void {
    const { channel } = this;
    if (channel === undefined) return;
    const count = this.channels.find(channel)?.count ?? 0;
    this.mode = {
      kind: 'confirm',
      question: `Delete ${counted(count, 'message')} of ${channel}, for everybody and for good? y/n`,
      agreed: () => this.#run(this.#clear(channel)),
    };
  }

  /** Where an answer or a message goes. */
  get destination(): string | undefined {
    return this.composer.target?.channel ?? this.channel;
  }

  async #send(): Promise<void> {
    const { destination } = this;
    if (destination === undefined) return;
    const sent = await this.composer.send(destination);
    if (!sent) return;
    this.#leaveMode();
    const { waiting, streaming, consumers } = sent.listening;
    // This screen is one of those that stream.
    const others = Math.max(0, streaming - 1);
    const heard =
      waiting + others + consumers.length === 0
        ? 'nobody listens at this moment'
        : `${waiting} waiting, ${others} streaming, ${consumers.length} following`;
    const held = sent.paused ? '; the relay is paused and keeps it' : '';
    this.notices.say(`Sent to ${sent.channel}, ${heard}${held}.`, 'good');
  }

  async #clear(channel: string): Promise<void> {
    const { cleared } = await this.#client.clear(channel, this.#options);
    this.notices.say(`Deleted ${counted(cleared, 'message')} of ${channel}.`, 'good');
  }

  #ask(prompt: Prompt): void {
    this.mode = { kind: 'prompt', prompt };
  }

  // What the relay says

  /** The screen was drawn: what is on it is asked about. */
  drawn(): void {
    if (this.link.status.kind !== 'live' || this.freezer.frozen) return;
    const { selected } = this;
    this.receipts.want(selected ? [selected, ...this.onScreen] : this.onScreen);
  }

  #arrived(events: readonly StreamEvent[]): void {
    if (this.freezer.frozen) this.freezer.hold(events);
    else this.#take(events);
    this.changes.note();
  }

  #take(events: readonly StreamEvent[]): void {
    for (const { feed } of this.#open.values()) feed.take(events);
    if (this.view?.kind === 'thread') this.view.take(events);
    this.channels.take(events, (channel, sender) => this.#isSeen(channel, sender));
    this.receipts.take(events);
    for (const event of events) this.#notice(event);
    this.#openFirst();
  }

  #notice(event: StreamEvent): void {
    switch (event.type) {
      case 'clear':
        if (event.removed > 0) this.notices.say(`${event.channel} was cleared.`);
        return;
      case 'trimmed':
        this.notices.say(`${event.channel} has lost its oldest ${counted(event.removed, 'message')}.`);
        return;
      case 'paused':
      case 'resumed':
        this.#askState();
        if (event.type === 'resumed') this.#catchUp();
        return;
      case 'gap':
        this.#catchUp();
        this.#askState();
    }
  }

  /** Whether a message is on the screen when it comes: what one sends oneself is no news either. */
  #isSeen(channel: string, sender: string): boolean {
    if (sender === this.sender) return true;
    return this.view?.kind === 'channel' && this.view.feed.channel === channel;
  }

  #connected(gap: boolean): void {
    this.receipts.forget();
    this.#askState();
    this.#askAgents();
    // What is frozen is fetched when it goes on.
    if (gap && this.freezer.frozen) this.freezer.hold([{ type: 'gap' }]);
    else if (gap) this.#catchUp();
    else for (const { feed } of this.#open.values()) if (feed.phase !== 'ready') this.#run(feed.open());
  }

  #catchUp(): void {
    for (const { feed } of this.#open.values()) this.#run(feed.catchUp());
    if (this.view?.kind === 'thread') this.#run(this.view.ask());
  }

  #askState(): void {
    if (this.link.status.kind !== 'live' || this.freezer.frozen) return;
    this.#run(
      this.#client.state(this.#options).then((state) => {
        if (this.freezer.frozen) return;
        this.state = state;
        this.channels.replace(state);
        this.#openFirst();
      }),
    );
  }

  #askAgents(): void {
    if (this.view?.kind !== 'agents' || this.link.status.kind !== 'live' || this.freezer.frozen) return;
    this.#run(this.agents.ask());
  }

  #openFirst(): void {
    if (this.view || !this.channels.known) return;
    const first = this.#wish ?? this.channels.liveliest?.id;
    if (first !== undefined) this.openChannel(first);
  }

  #newChannel(channel: string): OpenChannel {
    const feed = new Feed(this.#client, channel, this.#options);
    return { kind: 'channel', feed, list: new MessageList(() => feed.messages, true) };
  }

  /** To the very first message of the channel, for which all before have to be fetched, unless somebody goes elsewhere. */
  async #moveToFirst({ feed, list }: OpenChannel): Promise<void> {
    for (;;) {
      list.first();
      this.#moved();
      const first = list.selected;
      const known = feed.messages.length;
      await feed.older();
      if (list.selected !== first || feed.messages.length === known) return;
      this.changes.note();
    }
  }

  /** Another message may be selected now: its details begin at their top, and older ones may be needed. */
  #moved(): void {
    if (this.selected?.id !== this.#detailsOf) this.detailsTop = 0;
    this.#detailsOf = this.selected?.id;
    if (!this.list?.atTop || this.list.rows.length === 0) return;
    if (this.view?.kind === 'channel') this.#run(this.view.feed.older());
  }

  async #reach(message: FeedMessage): Promise<void> {
    this.openChannel(message.channel);
    const { view } = this;
    if (view?.kind !== 'channel') return;
    if (await view.feed.reach(message.id)) {
      view.list.filter = '';
      view.list.select(message.id);
    } else {
      this.notices.say('That message is too far back in its channel to be shown there.', 'bad');
    }
  }

  /** Goes on when something is done; what a relay refuses is told, anything else ends the screen. */
  #run(work: Promise<unknown>): void {
    work
      .catch((error: unknown) => {
        if (error instanceof BridgeError) this.notices.say(error.message, 'bad');
        else this.failed(error);
      })
      .finally(this.changes.note);
  }
}

/** Keys that move the help, where it is longer than the screen. */
const helpSteps: Record<string, number> = { up: -1, down: 1, k: -1, j: 1, pageup: -10, pagedown: 10 };

function nameFault(name: string): string | undefined {
  try {
    validate(channelName, name);
    return undefined;
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    return `the name ${error.message}`;
  }
}
