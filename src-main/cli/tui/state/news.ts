import type { StateResponse } from '../../../../src-shared/api/state.ts';
import type { StreamEvent } from '../../../../src-shared/client/stream-event.ts';
import { counted } from '../../numbers.ts';
import type { Target } from '../../target.ts';
import { Freezer } from './freezer.ts';
import { Link } from './link.ts';
import type { Parts } from './parts.ts';
import { Receipts } from './receipts.ts';

/** How often the relay is asked for its figures, in ms. */
const stateMs = 10_000;

/** How often it is asked for the agents while they are shown, in ms. */
const agentsMs = 5_000;

/** What the relay says, by itself and when it is asked. While the screen is frozen it waits. */
export class News {
  readonly link: Link;
  readonly freezer = new Freezer();
  readonly receipts: Receipts;
  /** What the relay said last about itself. */
  state: StateResponse | undefined;

  readonly #parts: Parts;
  readonly #timers: ReturnType<typeof setInterval>[] = [];

  constructor(target: Target, parts: Parts) {
    this.#parts = parts;
    const { client, work } = parts;
    const changed = parts.changes.note;
    const failed = (error: unknown) => work.failed(error);
    const isFrozen = () => this.freezer.frozen;
    this.receipts = new Receipts(client, work.options, { changed, failed, isFrozen });
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
        if (this.link.status.kind === 'offline') this.#parts.changes.note();
      }, 1_000),
    );
  }

  close(): void {
    this.link.close();
    for (const timer of this.#timers) clearInterval(timer);
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
    const { notices } = this.#parts;
    if (this.link.status.kind !== 'live') {
      this.link.retryNow();
      return;
    }
    if (this.freezer.frozen) {
      notices.say('Frozen: Space goes on.');
      return;
    }
    this.receipts.forget();
    this.#catchUp();
    this.#askState();
    this.#askAgents();
    notices.say('Refreshed.');
  }

  /** The screen was drawn: what is on it is asked about. */
  drawn(): void {
    if (!this.#mayAsk) return;
    const { middle, panels } = this.#parts;
    const { selected } = middle;
    this.receipts.want(selected ? [selected, ...panels.onScreen] : panels.onScreen);
  }

  get #mayAsk(): boolean {
    return this.link.status.kind === 'live' && !this.freezer.frozen;
  }

  #arrived(events: readonly StreamEvent[]): void {
    if (this.freezer.frozen) this.freezer.hold(events);
    else this.#take(events);
    this.#parts.changes.note();
  }

  #take(events: readonly StreamEvent[]): void {
    const { channels, middle } = this.#parts;
    // First of all: what is missing lies before what has come behind the gap, which waits until it is there.
    if (events.some(({ type }) => type === 'gap')) this.#catchUp();
    for (const feed of middle.opened.feeds) feed.take(events);
    if (middle.view?.kind === 'thread') middle.view.take(events);
    channels.take(events, (channel, sender) => this.#isSeen(channel, sender));
    this.receipts.take(events);
    for (const event of events) this.#notice(event);
    middle.openFirst();
  }

  #notice(event: StreamEvent): void {
    const { notices } = this.#parts;
    switch (event.type) {
      case 'clear':
        if (event.removed > 0) notices.say(`${event.channel} was cleared.`);
        return;
      case 'trimmed':
        notices.say(`${event.channel} has lost its oldest ${counted(event.removed, 'message')}.`);
        return;
      case 'paused':
      case 'resumed':
        this.#askState();
        if (event.type === 'resumed') this.#catchUp();
        return;
      case 'gap':
        this.#askState();
    }
  }

  /** Whether a message is on the screen when it comes: what one sends oneself is no news either. */
  #isSeen(channel: string, sender: string): boolean {
    return sender === this.#parts.sender || this.#parts.middle.shows(channel);
  }

  #connected(gap: boolean): void {
    this.receipts.forget();
    this.#askState();
    this.#askAgents();
    // What is frozen is fetched when it goes on.
    if (gap && this.freezer.frozen) this.freezer.hold([{ type: 'gap' }]);
    else if (gap) this.#catchUp();
    else this.#openUnready();
  }

  #openUnready(): void {
    const { middle, work } = this.#parts;
    for (const feed of middle.opened.feeds) if (feed.phase !== 'ready') work.run(feed.open());
  }

  #catchUp(): void {
    const { middle, work } = this.#parts;
    for (const feed of middle.opened.feeds) work.run(feed.catchUp());
    if (middle.view?.kind === 'thread') work.run(middle.view.ask());
  }

  #askState(): void {
    if (this.#mayAsk) this.#parts.work.run(this.#fetchState());
  }

  async #fetchState(): Promise<void> {
    const { channels, client, middle, work } = this.#parts;
    const state = await client.state(work.options);
    if (this.freezer.frozen) return;
    this.state = state;
    channels.replace(state);
    middle.openFirst();
  }

  #askAgents(): void {
    const { agents, middle, work } = this.#parts;
    if (middle.view?.kind === 'agents' && this.#mayAsk) work.run(agents.ask());
  }
}
