import type { Notification, NotificationConstructorOptions } from 'electron/main';
import type { StreamMessage } from '../../src-shared/client/stream-event.ts';
import type { DesktopSettings } from '../../src-shared/desktop-settings.ts';
import type { StuckAgent } from '../../src-shared/desktop-state.ts';
import type { Destination } from '../../src-shared/ipc-channels.ts';
import { noticeOfMessage, noticeOfStuck, type Notice } from './notices.ts';

export interface NotificationsParts {
  create: (options: NotificationConstructorOptions) => Notification;
  isSupported: () => boolean;
  settings: () => DesktopSettings;
  /** The person looks at the window: then nothing is said that is there to be seen. */
  isWatched: () => boolean;
  open: (destination: Destination | undefined) => void;
  /** The system refused to show one: unsigned applications on macOS, for example. Told once. */
  onRefused: (reason: string) => void;
}

/** Messages that are told one by one; what comes faster is summed up. */
const burst = { most: 3, withinMs: 10_000 };

/** Tells the person what has happened while they look elsewhere. */
export class Notifications {
  readonly #parts: NotificationsParts;
  /** Those on screen: without a reference, clicks would be lost. */
  readonly #shown = new Set<Notification>();
  /** Stuck agents that have been told about, as long as they stay stuck. */
  #told = new Set<string>();
  #recent: number[] = [];
  #isRefused = false;

  constructor(parts: NotificationsParts) {
    this.#parts = parts;
  }

  message(message: StreamMessage): void {
    const notice = noticeOfMessage(message, this.#parts.settings());
    if (!notice || this.#parts.isWatched()) return;
    const now = Date.now();
    this.#recent = [...this.#recent.filter((at) => now - at < burst.withinMs), now];
    if (this.#recent.length <= burst.most) this.#show(notice);
    else if (this.#recent.length === burst.most + 1) {
      this.#show({ ...notice, title: 'More messages', body: 'They come too fast to be shown one by one.' });
    }
  }

  /** Tells of each agent once, and again only after it had caught up. */
  stuck(agents: readonly StuckAgent[]): void {
    const { settings, isWatched } = this.#parts;
    const now = new Map(agents.map((agent) => [JSON.stringify([agent.consumer, agent.channel]), agent]));
    const isQuiet = settings().notifications === 'off' || isWatched();
    for (const [key, agent] of now) if (!this.#told.has(key) && !isQuiet) this.#show(noticeOfStuck(agent));
    this.#told = new Set(now.keys());
  }

  /** Something about the application itself, whatever was chosen for messages. */
  say(notice: Notice): void {
    this.#show(notice);
  }

  #show({ title, body, destination }: Notice): void {
    const { create, isSupported, open, onRefused } = this.#parts;
    if (!isSupported()) return;
    const notification = create({ title, body });
    const done = () => this.#shown.delete(notification);
    notification.on('click', () => {
      done();
      open(destination);
    });
    notification.on('close', done);
    notification.on('failed', (_event, reason) => {
      done();
      if (this.#isRefused) return;
      this.#isRefused = true;
      onRefused(reason);
    });
    this.#shown.add(notification);
    notification.show();
  }
}
