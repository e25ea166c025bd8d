import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import type { BridgeError } from '../../src-shared/bridge-error.ts';
import { BoundPorts, type WantedPlace } from './bound-ports.ts';
import { Newcomers } from './newcomers.ts';
import { isTaken, type PortParts } from './port.ts';
import { WebServer, type TlsMaterial } from './web-server.ts';

/** Where the relay listens, and whether it encrypts. */
export interface Binding extends WantedPlace {
  tls: TlsMaterial | undefined;
}

/** Who answers requests. */
export interface RequestListeners {
  handle: RequestListener;
  /** Answers those who do not encrypt where the relay does. */
  refusePlain: RequestListener;
}

export interface ListenerParts extends RequestListeners {
  /** Told of trouble with a bound port. */
  onError: (error: Error) => void;
  /** Told when a move has failed and the ports from before were bound again, perhaps without those on loopback. */
  onRestored: () => void;
}

/** A change of place that can still be taken back. */
export interface Move {
  /** Serves the new place only. Connections stay, except where they are less protected or reachable than new ones. */
  commit(): void;
  /** Goes back to the place before. @throws BridgeError `port_unavailable` if that is taken meanwhile */
  undo(): Promise<void>;
}

/** How long a client may take for the first byte where that says whether it encrypts, in ms. */
const firstByteMs = 30_000;

/** How long answers under way may take on connections that have to go, in ms. */
const retireMs = 2_000;

/** Listens for HTTP, and moves to other addresses and protocols while it does. */
export class Listener {
  readonly #parts: ListenerParts;
  /** As it was asked for. */
  #binding: Binding;
  #ports: BoundPorts;
  #isOpen = true;
  /** Made when first needed. Connections may outlive the time when new ones are taken. */
  #plain: WebServer | undefined;
  #secure: WebServer | undefined;
  /** For those who speak plain HTTP while we encrypt: a connection that breaks off without words says nothing. */
  #refusing: WebServer | undefined;
  readonly #newcomers = new Newcomers(firstByteMs);

  private constructor(binding: Binding, parts: ListenerParts, ports: BoundPorts) {
    this.#parts = parts;
    this.#binding = binding;
    this.#ports = ports;
  }

  /** Binds the port. @throws BridgeError `port_unavailable` with the reason */
  static async open(binding: Binding, parts: ListenerParts): Promise<Listener> {
    // Who comes to the one address while the other is being bound waits until both are.
    const early: Socket[] = [];
    let take = (socket: Socket): void => void early.push(socket.on('error', () => undefined));
    const { onError } = parts;
    const ports = await BoundPorts.bind(binding, { take: (socket) => take(socket), onError });
    const listener = new Listener(binding, parts, ports);
    take = (socket) => listener.#take(socket);
    for (const socket of early) if (!socket.destroyed) take(socket);
    return listener;
  }

  /** The addresses that were bound, the main one first. */
  get addresses(): string[] {
    return this.#ports.all.map(({ address }) => address);
  }

  /** The loopback addresses that were bound beside the main one, the best known first. */
  get loopbacks(): string[] {
    return this.#ports.loopbacks.map(({ address }) => address);
  }

  /** Why one is missing that this machine has and that is wanted. */
  get missingLoopback(): BridgeError | undefined {
    return this.#ports.refusal;
  }

  /** The same on all addresses. */
  get port(): number {
    return this.#ports.main.number;
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
   * nobody is turned away in between. What is served before and after stays bound throughout.
   * @throws BridgeError `port_unavailable` with the reason; everything is as it was
   */
  async prepare(next: Binding): Promise<Move> {
    const before = this.#ports;
    const { ports, isBeside } = await this.#bindNext(next);
    return {
      commit: () => {
        before.close(ports);
        this.#ports = ports;
        this.#serve(next);
      },
      undo: async () => {
        ports.close(isBeside ? before : undefined);
        if (!isBeside) await this.#restore();
      },
    };
  }

  /** Takes no further connections and waits for open requests, at most `deadlineMs`. */
  async close(deadlineMs: number): Promise<void> {
    this.#ports.close();
    this.#newcomers.dismiss();
    await Promise.all([
      this.#plain?.close(deadlineMs),
      this.#secure?.close(deadlineMs),
      this.#refusing?.close(deadlineMs),
    ]);
  }

  /** Everything for `next`, with what is bound already where that fits. */
  async #bindNext(next: Binding): Promise<{ ports: BoundPorts; isBeside: boolean }> {
    const { host, port: asked } = this.#binding;
    const before = this.#ports;
    if (next.host === host && next.port === asked) {
      const ports = await BoundPorts.around(before.main, next.loopback, this.#portParts, before);
      return { ports, isBeside: true };
    }
    // A port that the system chose stays when only the address changes.
    const port = next.port === asked ? before.main.number : next.port;
    return this.#bindBesideOrInstead({ host: next.host, port, loopback: next.loopback });
  }

  /** Binds `place`, giving up the ports in use only if they cannot be bound at the same time. */
  async #bindBesideOrInstead(place: WantedPlace): Promise<{ ports: BoundPorts; isBeside: boolean }> {
    const before = this.#ports;
    try {
      return { ports: await BoundPorts.bind(place, this.#portParts, before), isBeside: true };
    } catch (error) {
      if (!isTaken(error) || !before.mayBlock(place)) throw error;
    }
    // Those who have connected by now are accepted first: they would be turned away with the port.
    await new Promise(setImmediate);
    before.close();
    try {
      return { ports: await BoundPorts.bind(place, this.#portParts), isBeside: false };
    } catch (error) {
      await this.#restore();
      throw error;
    }
  }

  /** Binds the addresses and the port from before again. */
  async #restore(): Promise<void> {
    const { host, loopback } = this.#binding;
    this.#isOpen = false;
    this.#ports = await BoundPorts.bind({ host, port: this.port, loopback }, this.#portParts);
    this.#isOpen = true;
    this.#parts.onRestored();
  }

  get #portParts(): PortParts {
    return { take: (socket) => this.#take(socket), onError: this.#parts.onError };
  }

  #take(socket: Socket): void {
    if (this.#binding.tls) this.#newcomers.greet(socket, (first) => this.#serverFor(first).accept(socket));
    else this.#plainServer.accept(socket);
  }

  /** Who speaks to a client that begins like this, where we encrypt. */
  #serverFor(first: number): WebServer {
    const { handle, refusePlain } = this.#parts;
    const { tls } = this.#binding;
    // It came before we ceased to.
    if (!tls) return this.#plainServer;
    if (beginsMethod(first)) return (this.#refusing ??= new WebServer({ handle: refusePlain }));
    return (this.#secure ??= new WebServer({ tls, handle }));
  }

  get #plainServer(): WebServer {
    return (this.#plain ??= new WebServer({ handle: this.#parts.handle }));
  }

  #serve(next: Binding): void {
    if (next.tls && next.tls !== this.#binding.tls) this.#secure?.useCertificate(next.tls);
    this.#binding = next;
    const ports = this.#ports;
    const isElsewhere = (socket: Socket) => !ports.reach(socket);
    this.#newcomers.dismiss(isElsewhere);
    this.#secure?.retire(isElsewhere, retireMs);
    this.#plain?.retire(next.tls ? () => true : isElsewhere, retireMs);
  }
}

/** Requests begin with a capital letter, and nothing that belongs to TLS does. */
function beginsMethod(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}
