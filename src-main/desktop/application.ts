import { toError } from '../../src-shared/bridge-error.ts';
import type { CommandLineToolState, DesktopState, LoginItemState } from '../../src-shared/desktop-state.ts';
import type { AttentionWatch } from './attention.ts';
import type { CommandLineTool } from './command-line-tool.ts';
import type { DesktopChoices, DesktopMemory } from './desktop-store.ts';
import type { EmbeddedRelay } from './embedded-relay.ts';
import type { FirstRunGuide } from './first-run-guide.ts';
import type { LoginItem } from './login-item.ts';
import type { RelayToken } from './relay-token.ts';
import type { Updates } from './updates.ts';

/** What the application consists of, beside what is on the screen. */
export interface ApplicationParts {
  version: string;
  platform: DesktopState['platform'];
  dataDirectory: string;
  relay: EmbeddedRelay;
  attention: AttentionWatch;
  choices: DesktopChoices;
  memory: DesktopMemory;
  login: LoginItem;
  tool: CommandLineTool;
  stdioServer: DesktopState['stdioServer'];
  token: RelayToken;
  updates: Updates;
  guide: FirstRunGuide;
  /** Shows a new state, wherever it is shown. */
  show: (state: DesktopState) => void;
  log: (error: unknown) => void;
}

/** More problems than these are of no help. */
const keptProblems = 10;

/** How often what has an age is shown anew, in ms. */
const showEveryMs = 60_000;

/** The application as a whole: what it is doing, told to whoever shows it whenever it changes. */
export class Application {
  readonly parts: ApplicationParts;
  #login: LoginItemState = { enabled: false, note: null };
  #tool: CommandLineToolState = { command: '', installedAt: null, installable: false, note: null };
  #problems: string[] = [];
  #isDue = false;
  #clock: NodeJS.Timeout | undefined;

  constructor(parts: ApplicationParts) {
    this.parts = parts;
  }

  get state(): DesktopState {
    const { version, platform, dataDirectory, stdioServer } = this.parts;
    const { relay, attention, choices, token, updates, guide } = this.parts;
    return {
      version,
      platform,
      dataDirectory,
      relay: relay.status(),
      addresses: relay.addresses(),
      attention: attention.state,
      settings: choices.current,
      login: this.#login,
      commandLineTool: this.#tool,
      stdioServer,
      token: token.keeping,
      update: updates.state,
      firstRun: guide.state,
      problems: this.#problems,
    };
  }

  /** Starts what was running when the application was last left; at the very first, asks where to listen. */
  async start(): Promise<void> {
    const { memory, guide, relay } = this.parts;
    this.#clock = setInterval(() => this.changed(), showEveryMs).unref();
    const { firstRunDone, relayWanted } = memory.current;
    await this.refresh();
    await relay.open();
    if (!firstRunDone) await guide.begin();
    else if (relayWanted) await relay.start();
  }

  /** Stops the relay and notes what the next start has to know. */
  async stop(): Promise<void> {
    clearInterval(this.#clock);
    const { attention, memory, relay } = this.parts;
    const { unread } = attention.state;
    attention.stop();
    await relay.stop();
    memory.remember({ unread });
  }

  /** What is started here stays started the next time. */
  async startRelay(): Promise<void> {
    this.parts.memory.remember({ relayWanted: true });
    await this.parts.relay.start();
  }

  async stopRelay(): Promise<void> {
    this.parts.memory.remember({ relayWanted: false });
    await this.parts.relay.stop();
  }

  /** Asks the system how things stand that it may have changed by itself. */
  async refresh(): Promise<void> {
    const { login, tool } = this.parts;
    await this.attempt('How the system starts Claude Bridge could not be read', async () => {
      this.#login = await login.state();
    });
    await this.attempt('Whether the command-line tool is installed could not be read', async () => {
      this.#tool = await tool.state();
    });
    this.changed();
  }

  /**
   * Does something that may fail without harm: what went wrong is logged and shown.
   * @returns what went wrong, in words
   */
  async attempt(whatFailed: string, work: () => unknown): Promise<string | undefined> {
    try {
      await work();
      return undefined;
    } catch (error) {
      const { message } = toError(error);
      this.parts.log(error);
      this.report(`${whatFailed}: ${message}`);
      return message;
    }
  }

  report(problem: string): void {
    this.#problems = [...this.#problems.filter((known) => known !== problem), problem].slice(-keptProblems);
    this.changed();
  }

  /** Something is not as it was. Changes of one turn are shown together. */
  changed(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.parts.show(this.state);
    });
  }
}
