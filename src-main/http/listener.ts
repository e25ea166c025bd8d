import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { familyOf, normalizeAddress } from '../security/ip-address.ts';
import { isTaken, Port, type Place } from './port.ts';
import { WebServer, type TlsMaterial } from './web-server.ts';

/** Where the relay listens, and whether it encrypts. */
export interface Binding extends Place {
  tls: TlsMaterial | undefined;
}

export interface ListenerParts {
  handle: RequestListener;
  /** Told of trouble with a bound port. */
  onError: (error: Error) => void;
}

/** A change of place that can still be taken back. */
export interface Move {
  /** Serves the new place only. Connections stay, except where they are less protected or reachable than new ones. */
  commit(): void;
  /** Goes back to the place before. @throws BridgeError `port_unavailable` if that is taken meanwhile */
  undo(): Promise<void>;
}

/** How long answers under way may take on connections that have to go, in ms. */
const retireMs = 2_000;

/** Listens for HTTP, and moves to other addresses and protocols while it does. */
export class Listener {
  readonly #parts: ListenerParts;
  /** As it was asked for. */
  #binding: Binding;
  #port: Port;
  #isOpen = true;
  /** Made when first needed. Connections may outlive the time when new ones are taken. */
  #plain: WebServer | undefined;
  #secure: WebServer | undefined;

  private constructor(binding: Binding, parts: ListenerParts, port: Port) {
    this.#parts = parts;
    this.#binding = binding;
    this.#port = port;
  }

  /** Binds the port. @throws BridgeError `port_unavailable` with the reason */
  static async open(binding: Binding, parts: ListenerParts): Promise<Listener> {
    const { onError } = parts;
    const port = await Port.bind(binding, { take: (socket) => listener.#take(socket), onError });
    const listener = new Listener(binding, parts, port);
    return listener;
  }

  /** The address and port that were bound. */
  get address(): string {
    return this.#port.address;
  }

  get port(): number {
    return this.#port.number;
  }

  /** False when a move has failed and the port from before was lost with it. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Serves new connections with another certificate. */
  useCertificate(tls: TlsMaterial): void {
    this.#binding = { ...this.#binding, tls };
    this.#secure?.useCertificate(tls);
  }

  /**
   * Makes ready to listen elsewhere. The new port is bound before the old one is freed, where both can be at once:
   * nobody is turned away in between.
   * @throws BridgeError `port_unavailable` with the reason; everything is as it was
   */
  async prepare(next: Binding): Promise<Move> {
    const { host, port: asked, tls } = this.#binding;
    if (next.host === host && next.port === asked) {
      const commit = () => {
        if (next.tls !== tls) this.#serve(next);
      };
      return { commit, undo: () => Promise.resolve() };
    }
    const before = this.#port;
    // A port that the system chose stays when only the address changes.
    const place = { host: next.host, port: next.port === asked ? before.number : next.port };
    const { port, isBeside } = await this.#bindBesideOrInstead(place);
    return {
      commit: () => {
        this.#port = port;
        if (isBeside) before.close();
        this.#serve(next);
      },
      undo: async () => {
        port.close();
        if (!isBeside) await this.#restore();
      },
    };
  }

  /** Takes no further connections and waits for open requests, at most `deadlineMs`. */
  async close(deadlineMs: number): Promise<void> {
    this.#port.close();
    await Promise.all([this.#plain?.close(deadlineMs), this.#secure?.close(deadlineMs)]);
  }

  /** Binds `place`, giving up the port in use only if the two cannot be bound at the same time. */
  async #bindBesideOrInstead(place: Place): Promise<{ port: Port; isBeside: boolean }> {
    const before = this.#port;
    try {
      return { port: await this.#bind(place), isBeside: true };
    } catch (error) {
      if (!isTaken(error) || place.port !== before.number) throw error;
    }
    // Those who have connected by now are accepted first: they would be turned away with the port.
    await new Promise(setImmediate);
    before.close();
    try {
      return { port: await this.#bind(place), isBeside: false };
    } catch (error) {
      await this.#restore();
      throw error;
    }
  }

  /** Binds the address and port from before again. */
  async #restore(): Promise<void> {
    this.#isOpen = false;
    this.#port = await this.#bind({ host: this.#binding.host, port: this.#port.number });
    this.#isOpen = true;
  }

  #bind(place: Place): Promise<Port> {
    return Port.bind(place, { take: (socket) => this.#take(socket), onError: this.#parts.onError });
  }

  #take(socket: Socket): void {
    this.#server.accept(socket);
  }

  /** Who speaks to new connections. */
  get #server(): WebServer {
    const { handle } = this.#parts;
    const { tls } = this.#binding;
    if (tls) return (this.#secure ??= new WebServer({ tls, handle }));
    return (this.#plain ??= new WebServer({ handle }));
  }

  #serve(next: Binding): void {
    this.#binding = next;
    if (next.tls) this.#secure?.useCertificate(next.tls);
    const { address } = this.#port;
    const isElsewhere = (socket: Socket) => !isReachedAt(socket, address);
    this.#secure?.retire(isElsewhere, retireMs);
    this.#plain?.retire(next.tls ? () => true : isElsewhere, retireMs);
  }
}

/** Whether a connection came in at an address that is also served by who listens at `address`. */
function isReachedAt({ localAddress = '' }: Socket, address: string): boolean {
  const own = normalizeAddress(localAddress);
  const bound = normalizeAddress(address);
  if (bound === '::') return true;
  if (bound === '0.0.0.0') return own !== undefined && familyOf(own) === 'ipv4';
  return own === bound;
}
