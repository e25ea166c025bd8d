import { connect } from 'node:net';
import type { RelayAddress } from '../../src-shared/api/addresses.ts';
import type { SettingsChange, SettingsResponse } from '../../src-shared/api/settings.ts';
import type { TokenRotated } from '../../src-shared/api/tokens.ts';
import { BridgeError, toError, type ErrorBody } from '../../src-shared/bridge-error.ts';
import type { BridgeStatus } from '../../src-shared/bridge-status.ts';
import type { Bridge } from '../runtime/bridge.ts';
import { listAddresses } from '../security/addresses.ts';
import { ConfigurationError } from '../settings/configuration-error.ts';

/** A port of this computer that has not answered after this time, in ms, does not. */
const patienceMs = 2_000;

export interface EmbeddedRelayParts {
  /** Reads the settings and makes a relay of them, not yet started. @throws ConfigurationError */
  open: () => Promise<Bridge>;
  onChange: (status: BridgeStatus) => void;
}

/**
 * The relay inside the application: that of the command line, and beyond it a relay whose settings cannot even be read,
 * which the window has to be able to say.
 */
export class EmbeddedRelay {
  readonly #parts: EmbeddedRelayParts;
  #bridge: Bridge | undefined;
  /** Why there is no bridge. */
  #fault: ErrorBody | undefined;

  constructor(parts: EmbeddedRelayParts) {
    this.#parts = parts;
  }

  status(): BridgeStatus {
    if (this.#bridge) return this.#bridge.status();
    return { state: this.#fault ? 'error' : 'stopped', error: this.#fault ?? null, running: null };
  }

  /** Reads the settings, if that has not succeeded yet. Rejects never: `status` says what came of it. */
  async open(): Promise<void> {
    if (this.#bridge) return;
    try {
      this.#bridge = await this.#parts.open();
      this.#fault = undefined;
      this.#bridge.onChange((status) => this.#parts.onChange(status));
    } catch (error) {
      this.#fault = asRefusal(error).toBody();
    }
    this.#parts.onChange(this.status());
  }

  /** Rejects never: `status` says what came of it. */
  async start(): Promise<void> {
    await this.open();
    // Why it did not start is in its status.
    await this.#bridge?.start().catch(() => undefined);
  }

  async stop(): Promise<void> {
    await this.#bridge?.stop();
  }

  /** The relay's own settings. @throws BridgeError when they cannot be read */
  settings(): SettingsResponse {
    return this.#opened.settings();
  }

  /** @throws BridgeError; nothing has changed then */
  apply(change: object): Promise<SettingsChange> {
    return this.#opened.apply(change);
  }

  /** Replaces the shared token; the old one counts for a time of grace, as the settings say if none is given. @throws BridgeError */
  rotateToken(graceSeconds: number | undefined): Promise<TokenRotated> {
    return this.#opened.rotateToken({ graceSeconds });
  }

  /** Has it hand nothing out and wake nobody, until `resume`; it still takes messages. @throws BridgeError */
  async pause(): Promise<void> {
    await this.#opened.pause();
  }

  /** @throws BridgeError */
  async resume(): Promise<void> {
    await this.#opened.resume();
  }

  /** The shared token in use, if clients must bring one. */
  get token(): string | undefined {
    return this.#bridge?.service?.shared.token;
  }

  /** Merges the write-ahead log into the database. */
  checkpoint(): void {
    this.#bridge?.service?.core.store.checkpoint();
  }

  /** Every address of this computer, also those where the relay does not listen. */
  addresses(): RelayAddress[] {
    const { running } = this.status();
    if (running) return running.addresses;
    const loopback = { bindHost: '127.0.0.1', boundAddresses: ['127.0.0.1'] };
    return listAddresses({ ...loopback, port: 0, scheme: 'http', accepts: () => true });
  }

  /** The computer is awake again: its networks may be others, and the port may be gone. */
  async awake(): Promise<void> {
    const status = this.status();
    if (status.running && !(await answers(status.running))) await this.#bridge?.restart();
    this.#parts.onChange(this.status());
  }

  /** Answers what the page asks of the relay. @throws BridgeError that says why it does not run */
  fetch(request: Request): Promise<Response> {
    const service = this.#bridge?.service;
    if (service) return service.fetch(request);
    const { state, error } = this.status();
    if (error) throw new BridgeError(error.code, error.message, { field: error.field });
    throw state === 'starting'
      ? new BridgeError('relay_stopped', 'the relay is starting', { retryAfter: 1 })
      : new BridgeError('relay_stopped', 'the relay is stopped');
  }

  get #opened(): Bridge {
    if (this.#bridge) return this.#bridge;
    const { error } = this.status();
    throw error
      ? new BridgeError(error.code, error.message, { field: error.field })
      : new BridgeError('relay_stopped', 'the settings have not been read yet');
  }
}

/** Whether somebody takes connections where the relay should. */
function answers({ url, port }: { url: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
    const socket = connect({ host, port, timeout: patienceMs });
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

function asRefusal(thrown: unknown): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const { message } = toError(thrown);
  return new BridgeError(thrown instanceof ConfigurationError ? 'invalid_value' : 'internal_error', message);
}
