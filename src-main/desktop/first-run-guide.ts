import { BridgeError, toError } from '../../src-shared/bridge-error.ts';
import {
  afterFirstRunEvent,
  type FirstRun,
  type FirstRunEvent,
  type FoundClient,
  type ListenChoice,
} from '../../src-shared/first-run.ts';
import type { DesktopCallInput } from '../../src-shared/ipc.ts';
import { nextFreePort } from './free-port.ts';

/** Finds the agent programs of this computer and connects them. */
export interface ClientConnector {
  find(): Promise<FoundClient[]>;
  /**
   * Gives the program its entry, then calls the relay with exactly that.
   * @throws Error with what went wrong, in words
   */
  connect(id: string): Promise<{ roundTripMs: number }>;
}

export interface FirstRunGuideParts {
  relay: {
    /** Keeps the choice and listens there. @throws BridgeError */
    listen: (host: string, port: number) => Promise<void>;
    /** Whether clients have to bring a token now. */
    tokenRequired: () => boolean;
  };
  choices: () => ListenChoice[];
  clients: ClientConnector;
  /** The port that is set. */
  port: () => number;
  onChange: () => void;
  /** The three steps are done or were skipped. */
  onDone: () => void;
}

/** Leads a person through the three steps after the first start. Nothing is changed before they have chosen. */
export class FirstRunGuide {
  readonly #parts: FirstRunGuideParts;
  #run: FirstRun | null = null;

  constructor(parts: FirstRunGuideParts) {
    this.#parts = parts;
  }

  get state(): FirstRun | null {
    return this.#run;
  }

  async begin(): Promise<void> {
    this.#run = await this.#firstStep();
    this.#parts.onChange();
  }

  /** @throws BridgeError `invalid_value` for a step that is not the current one */
  async take(command: DesktopCallInput<'firstRun'>): Promise<void> {
    if (!this.#run) throw new BridgeError('invalid_value', 'the first steps are already done');
    switch (command.do) {
      case 'lookAtPort':
        await this.#lookAtPort(command.port);
        return;
      case 'listen':
        await this.#listen(command.host, command.port);
        return;
      case 'useToken':
        this.#happened({ kind: 'tokenSeen', clients: await this.#parts.clients.find() });
        return;
      case 'connect':
        await Promise.all(command.clients.map((id) => this.#connect(id)));
        return;
      case 'back':
        this.#happened({
          kind: 'back',
          listen: await this.#firstStep(),
          tokenRequired: this.#parts.relay.tokenRequired(),
        });
        return;
      case 'skip':
      case 'finish':
        this.#run = null;
        this.#parts.onDone();
        this.#parts.onChange();
    }
  }

  async #firstStep(): Promise<Extract<FirstRun, { step: 'listen' }>> {
    const { choices, port } = this.#parts;
    const free = await nextFreePort('127.0.0.1', port());
    return {
      step: 'listen',
      choices: choices(),
      port: port(),
      freePort: free === port() ? null : free,
      problem: null,
    };
  }

  async #lookAtPort(port: number): Promise<void> {
    const free = await nextFreePort('127.0.0.1', port);
    this.#happened({ kind: 'portLooked', port, freePort: free === port ? null : free });
  }

  async #listen(host: string, port: number): Promise<void> {
    const { relay } = this.#parts;
    try {
      await relay.listen(host, port);
      this.#happened({ kind: 'listening', tokenRequired: relay.tokenRequired() });
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      const freePort = error.code === 'port_unavailable' ? await nextFreePort(host, port) : null;
      this.#happened({ kind: 'notListening', port, freePort, sentence: error.message });
    }
  }

  async #connect(id: string): Promise<void> {
    this.#happened({ kind: 'client', id, progress: { kind: 'connecting' } });
    try {
      const { roundTripMs } = await this.#parts.clients.connect(id);
      this.#happened({ kind: 'client', id, progress: { kind: 'connected', roundTripMs } });
    } catch (error) {
      this.#happened({ kind: 'client', id, progress: { kind: 'failed', sentence: toError(error).message } });
    }
  }

  #happened(event: FirstRunEvent): void {
    if (!this.#run) return;
    this.#run = afterFirstRunEvent(this.#run, event);
    this.#parts.onChange();
  }
}
