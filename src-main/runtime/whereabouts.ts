import type { RelayAddress } from '../../src-shared/api/addresses.ts';
import type { Settings } from '../../src-shared/settings.ts';
import { Listener, type Move, type RequestListeners } from '../http/listener.ts';
import { listAddresses } from '../security/addresses.ts';
import type { LoadedCertificate } from '../security/certificate.ts';
import { localUrl } from './local-url.ts';
import type { Log } from './log.ts';
import type { Policies } from './policies.ts';

/** How long open requests may take to finish when the relay stops, in ms; streams end at once. */
const drainMs = 2_000;

/** How this machine reaches the relay, the best first. */
export type LocalUrls = readonly [string, ...string[]];

export interface WhereaboutsParts {
  log: Log;
  settings: () => Settings;
  policies: () => Policies;
  certificate: () => LoadedCertificate | undefined;
  /** Tells the programs of this machine where the relay is. @throws ConfigurationError */
  leaveWord: (urls: LocalUrls) => void;
  /** Told when it is reached elsewhere by itself. */
  onChange: () => void;
}

/** Where a relay listens, and how it is reached there. */
export class Whereabouts {
  readonly #parts: WhereaboutsParts;
  #listener: Listener | undefined;
  /** The addresses of which word was left. */
  #word = '';

  constructor(parts: WhereaboutsParts) {
    this.#parts = parts;
  }

  /** Binds the port and leaves word of it. @throws BridgeError `port_unavailable`; ConfigurationError */
  async open({ handle, refusePlain }: RequestListeners): Promise<void> {
    const { log, settings, certificate, onChange } = this.#parts;
    const { host, port, loopback } = settings();
    this.#listener = await Listener.open(
      { host, port, loopback, tls: certificate() },
      {
        ...{ handle, refusePlain },
        onError: (error) => log.error({ err: error }, 'a connection could not be accepted'),
        onRestored: () => {
          this.follow();
          onChange();
        },
      },
    );
    for (const warning of this.warnings) log.warn(warning);
    this.#leaveWord();
  }

  /** Binds where other settings want it. @throws BridgeError `port_unavailable` */
  prepare({ host, port, loopback }: Settings, tls: LoadedCertificate | undefined): Promise<Move> {
    return this.#listening.prepare({ host, port, loopback, tls });
  }

  useCertificate(renewed: LoadedCertificate): void {
    this.#listener?.useCertificate(renewed);
    if (this.#listener) this.follow();
  }

  /** Says what is wrong with where it listens by now, and leaves word of it anew. */
  follow(): void {
    const { log } = this.#parts;
    for (const warning of this.warnings) log.warn(warning);
    if (this.#word === this.#urls.join(' ')) return;
    try {
      this.#leaveWord();
    } catch (error) {
      log.error({ err: error }, 'commands on this machine will look for the relay at its old address');
    }
  }

  /** Takes no further requests, and lets open ones finish. */
  async close(): Promise<void> {
    await this.#listener?.close(drainMs);
  }

  /** The port in use, also when the system chose it. */
  get port(): number {
    return this.#listening.port;
  }

  /** It still has a port; without one the relay can only be stopped. */
  get isListening(): boolean {
    return this.#listener?.isOpen === true;
  }

  /** Where this machine reaches the relay. */
  get url(): string {
    return this.#urls[0];
  }

  /** What is not as it was set, in sentences. */
  get warnings(): string[] {
    const { missingLoopback: reason, loopbacks } = this.#listening;
    if (!reason) return [];
    const where = loopbacks.length === 0 ? 'only' : 'but not at all its addresses of loopback';
    return [`this machine reaches the relay at ${this.url} ${where}: ${reason.message}`];
  }

  /** Every address of this machine, and whether this relay is reached there. */
  get addresses(): RelayAddress[] {
    const { settings, policies } = this.#parts;
    return listAddresses({
      bindHost: settings().host,
      boundAddresses: this.#listening.addresses,
      port: this.port,
      scheme: this.#scheme,
      accepts: (name) => policies().host.accepts(name),
    });
  }

  /** The URLs at which it is reached. */
  get listeningAt(): string[] {
    return this.addresses.filter(({ listening }) => listening).map(({ url }) => url);
  }

  get #listening(): Listener {
    if (this.#listener) return this.#listener;
    throw new Error('the relay does not listen yet');
  }

  get #scheme(): 'http' | 'https' {
    return this.#parts.certificate() ? 'https' : 'http';
  }

  /** The best first: loopback, which stays when networks come and go. */
  get #urls(): LocalUrls {
    const { host } = this.#parts.settings();
    const places = [...this.#listening.loopbacks, host];
    // Clients would refuse a certificate that is not for the address by which they come.
    const certificate = this.#parts.certificate();
    const known = places.filter((place) => certificate?.covers(place));
    const [best = host, ...others] = [...known, ...places.filter((place) => !known.includes(place))];
    return [this.#urlAt(best), ...others.map((place) => this.#urlAt(place))];
  }

  #urlAt(host: string): string {
    return localUrl({ scheme: this.#scheme, host, port: this.port });
  }

  #leaveWord(): void {
    const urls = this.#urls;
    this.#parts.leaveWord(urls);
    this.#word = urls.join(' ');
  }
}
