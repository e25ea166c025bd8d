import { createContext } from 'svelte';
import type { RelayAddress } from '../../src-shared/api/addresses.ts';
import type { StateResponse } from '../../src-shared/api/state.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { ApiClient } from '../../src-shared/client/api-client.ts';
import type { StreamEvent } from '../../src-shared/client/stream-event.ts';
import type { DesktopState } from '../../src-shared/desktop-state.ts';
import { announcementOf } from '../messages/announcement.ts';
import { Announcer } from './announcer.svelte.ts';
import { answered, Application } from './application.svelte.ts';
import { Channels } from './channels.svelte.ts';
import { Clock } from './clock.ts';
import { Delivery } from './delivery.svelte.ts';
import { desktop } from './desktop.ts';
import { Drafts } from './drafts.svelte.ts';
import { Feeds } from './feeds.ts';
import { Notices } from './notices.svelte.ts';
import { OtherTabs } from './other-tabs.ts';
import { Outbox } from './outbox.svelte.ts';
import { Preferences } from './preferences.svelte.ts';
import { Presence } from './presence.svelte.ts';
import { RelayLink } from './relay-link.svelte.ts';
import { Replied } from './replied.svelte.ts';
import { Router } from './router.svelte.ts';
import { SenderColours } from './sender-colours.ts';
import { Session } from './session.svelte.ts';
import { Throttle } from './throttle.ts';
import { Unread } from './unread.svelte.ts';

/** The state is asked for again after this time, in ms: it holds numbers that no event tells. */
const refreshMs = 30_000;

/** While messages arrive that may ask or answer, it is asked for this often at most, in ms. */
const restMs = 2_000;

/** Everything the page knows and can do. Components show it. */
export class Dashboard {
  readonly api: ApiClient;
  /** Where the page is in the window of the application. */
  readonly application = desktop && new Application(desktop);
  readonly router = new Router();
  readonly preferences = new Preferences();
  readonly notices = new Notices();
  readonly announcer = new Announcer();
  readonly clock = new Clock();
  readonly channels = new Channels();
  readonly colours = new SenderColours();
  readonly unread: Unread;
  readonly feeds: Feeds;
  readonly delivery: Delivery;
  readonly presence: Presence;
  readonly replied: Replied;
  readonly drafts = new Drafts();
  readonly outbox: Outbox;
  readonly link: RelayLink;
  readonly session: Session;

  /** The relay's last word about itself. */
  facts = $state.raw<StateResponse>();
  /** What lies over the page. */
  open = $state<'palette' | 'keys'>();
  /** Messages that came after the last interruption, and had been missed. */
  caughtUp = $state(0);
  /** Where the relay can be reached; empty until it has said so. */
  addresses = $state.raw<readonly RelayAddress[]>([]);

  readonly #tabs: OtherTabs;
  readonly #listeners = new Set<(events: readonly StreamEvent[]) => void>();
  #refreshing: ReturnType<typeof setInterval> | undefined;
  /** At the last word of the application. */
  #relayRan = false;
  readonly #refresh = new Throttle(() => void this.refresh(), restMs);

  /** The channel that is shown: the one of the address, else the last one, else the liveliest. */
  readonly currentChannel = $derived.by(() => {
    const { view, path } = this.router.route;
    if (view !== 'channels') return undefined;
    if (path[0] !== undefined) return path[0];
    const last = this.preferences.values.lastChannel;
    if (last !== undefined && this.channels.find(last)) return last;
    return this.channels.liveliest?.id;
  });

  /** What is unread on the channels that are not muted. */
  readonly news = $derived.by(() => {
    return this.unread.list.filter(({ channel }) => !this.preferences.isMuted(channel));
  });
  readonly newsCount = $derived(this.news.reduce((sum, { count }) => sum + count, 0));

  /** The address that works where this page is. */
  readonly here = $derived(
    desktop ? (this.addresses.find(({ listening }) => listening)?.url ?? '') : location.origin,
  );
  /** The address that one gives to another machine, if there is a better one. */
  readonly elsewhere = $derived(
    this.addresses.find((address) => address.recommended && address.listening && address.accepted)?.url ??
      this.here,
  );

  constructor(api: ApiClient) {
    this.api = api;
    this.unread = new Unread(api);
    this.feeds = new Feeds(api);
    this.delivery = new Delivery(api);
    this.presence = new Presence(api);
    this.replied = new Replied(api);
    this.outbox = new Outbox(api);
    this.link = new RelayLink(api, {
      take: (events) => this.#take(events),
      admitted: (answer) => this.session.admit(answer),
      connected: (gap) => {
        this.caughtUp = 0;
        this.delivery.reset();
        void this.#askForState();
        void this.#askForAddresses();
        void this.outbox.flush();
        if (gap) void this.#catchUp();
      },
      poll: () => {
        this.delivery.reset();
        void this.refresh();
        void this.#catchUp();
      },
    });
    this.#tabs = new OtherTabs({
      signedOut: () => this.#leave('You have signed out in another tab.'),
      signedIn: () => this.link.open(),
      // Browsers have six connections for a host: of all tabs in the background only the last keeps its stream.
      hidden: () => {
        if (document.hidden) this.link.close();
      },
    });
    this.session = new Session({
      api,
      link: this.link,
      tabs: this.#tabs,
      notices: this.notices,
      ended: () => this.#forgetEverything(),
    });
  }

  /** Connects, and follows what the browser says about the page. Returns the function that ends it. */
  start(): () => void {
    const stop = [this.router.start(), this.unread.start()];
    if (this.application) stop.push(this.application.start((state) => this.#followApplication(state)));
    const online = () => {
      if (this.link.status.kind !== 'sign-in') this.link.retryNow();
    };
    const visibility = () => {
      if (document.hidden) this.#tabs.say('hidden');
      else online();
    };
    document.addEventListener('visibilitychange', visibility);
    addEventListener('online', online);
    this.#refreshing = setInterval(() => {
      if (!document.hidden && this.link.status.kind === 'live') void this.refresh();
    }, refreshMs);
    this.link.open();
    return () => {
      for (const each of stop) each();
      document.removeEventListener('visibilitychange', visibility);
      removeEventListener('online', online);
      clearInterval(this.#refreshing);
      this.#tabs.close();
      this.link.close();
    };
  }

  /** Asks the relay for what no event tells. A failure shows in the link, which fails as well. */
  async refresh(): Promise<void> {
    if (await this.#isKnown()) await this.#askForState();
  }

  /**
   * Whether the relay still knows this browser, and what it may do. Asked before anything that nobody has clicked on: a session
   * may have ended without the stream's being cut, and only this question is not written down (7.6).
   */
  async #isKnown(): Promise<boolean> {
    try {
      this.session.admit(await this.api.session());
      return true;
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      return false;
    }
  }

  async #askForState(): Promise<void> {
    try {
      const facts = await this.api.state();
      this.facts = facts;
      this.clock.set(facts.server_time);
      this.channels.replace(facts.channels);
      void this.unread.catchUp(this.channels.list, facts.server_time);
      void this.presence.refresh();
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
    }
  }

  /** The relay has answered that it does not know this browser. Whoever only begins is asked without more words. */
  signedOut(): void {
    const { kind } = this.link.status;
    if (kind !== 'starting' && kind !== 'sign-in') this.#leave('You are no longer signed in.');
  }

  /** Hands on what the stream brings from now on. Returns the function that ends it. */
  onEvents(listener: (events: readonly StreamEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Has the relay hand messages out again. */
  async resume(): Promise<void> {
    try {
      await this.api.resume();
      await this.refresh();
    } catch (error) {
      this.notices.failed('Not resumed', error);
    }
  }

  /** In the window: has the application start its relay. Why that does not succeed is in its state. */
  async startRelay(): Promise<void> {
    if (!this.application) return;
    try {
      await answered(this.application.bridge.startRelay());
    } catch (error) {
      this.notices.failed('Not started', error);
    }
  }

  #take(events: readonly StreamEvent[]): void {
    const gap = events.findIndex(({ type }) => type === 'gap' || type === 'resumed');
    if (gap > 0) {
      this.#take(events.slice(0, gap));
      events = events.slice(gap);
    }
    // Before anything that follows: what was missed lies between that and what is there.
    if (gap >= 0) void this.#catchUp();
    this.channels.take(events);
    this.unread.take(events, (id) => this.outbox.isOwn(id));
    this.outbox.take(events);
    this.feeds.take(events);
    this.delivery.take(events);
    // Only the relay knows what is open, and only envelopes ask and answer.
    if (events.some((event) => event.type === 'message' && event.message.is_json)) this.#refresh.ask();
    if (events.some(({ type }) => type === 'paused' || type === 'resumed')) void this.refresh();
    this.#announce(events);
    this.#countCaughtUp(events);
    for (const listener of this.#listeners) listener(events);
  }

  /** What the person has chosen for the application holds for its page, and a relay that runs again is asked at once. */
  #followApplication({ relay, settings }: DesktopState): void {
    const { theme, name: sender } = settings;
    const { values } = this.preferences;
    if (values.theme !== theme || values.sender !== sender) this.preferences.set({ theme, sender });
    const isRunning = relay.state === 'running';
    if (isRunning && !this.#relayRan) this.link.retryNow();
    this.#relayRan = isRunning;
  }

  /** Tells screen readers what arrives on the channel that is shown. */
  #announce(events: readonly StreamEvent[]): void {
    if (document.hidden) return;
    for (const event of events) {
      if (event.type !== 'message' || event.message.channel !== this.currentChannel) continue;
      if (this.outbox.isOwn(event.message.id)) continue;
      this.announcer.say(announcementOf(event.message), (count) => `${count} new messages`);
    }
  }

  /** Asks for what changes only when somebody changes the settings: what one may do, and where the relay is reached. */
  async look(): Promise<void> {
    if (await this.#isKnown()) await this.#askForAddresses();
  }

  async #askForAddresses(): Promise<void> {
    try {
      this.addresses = (await this.api.addresses()).addresses;
    } catch (error) {
      // The page can do without: the reader knows one address.
      if (!(error instanceof BridgeError)) throw error;
    }
  }

  /** Fetches what no event will bring. */
  async #catchUp(): Promise<void> {
    await this.feeds.catchUp();
    this.outbox.settle();
  }

  /** Messages from before the return were missed; later ones are just new. */
  #countCaughtUp(events: readonly StreamEvent[]): void {
    const { status } = this.link;
    if (status.kind !== 'live' || status.recoveredAt === undefined) return;
    const back = new Date(this.clock.at(status.recoveredAt)).toISOString();
    this.caughtUp += events.filter(
      (event) => event.type === 'message' && event.message.timestamp < back,
    ).length;
  }

  /** What is kept in this browser belongs to whoever was signed in, too. */
  #forgetEverything(): void {
    this.preferences.forgetRelay();
    this.unread.forget();
    this.colours.forget();
    this.drafts.forget();
    this.outbox.forget();
    this.#leave(undefined);
  }

  /** What was shown belongs to whoever was signed in. */
  #leave(problem: string | undefined): void {
    this.link.askToSignIn(problem);
    this.channels.forget();
    this.feeds.forget();
    this.delivery.forget();
    this.presence.forget();
    this.replied.forget();
    this.facts = undefined;
    this.session.forget();
    this.addresses = [];
  }
}

export const [useDashboard, provideDashboard] = createContext<Dashboard>();
