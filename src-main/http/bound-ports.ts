import type { Socket } from 'node:net';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { loopbacksBeside } from '../security/access-policy.ts';
import { familyOf, isWildcard, normalizeAddress } from '../security/ip-address.ts';
import { isAbsent, isTaken, Port, type Place, type PortParts } from './port.ts';

/** Where to listen. */
export interface WantedPlace extends Place {
  /** Also on loopback at the same port, where `host` is another single address. */
  loopback: boolean;
}

/** How many ports that the system has chosen may turn out to be free on some of the addresses only. */
const mostRejected = 10;

/**
 * What a relay has bound: the place that it was told, and beside a single address that others reach the loopback addresses of
 * this machine, so that its programs find it where they always do. These are worth having, not worth failing for:
 * somebody else may have them.
 */
export class BoundPorts {
  readonly main: Port;
  /** The best known first. */
  readonly loopbacks: readonly Port[];
  /** Why a loopback address that this machine has is not among them although it is wanted. */
  readonly refusal: BridgeError | undefined;

  private constructor(main: Port, loopbacks: readonly Port[], refusal: BridgeError | undefined) {
    this.main = main;
    this.loopbacks = loopbacks;
    this.refusal = refusal;
  }

  /**
   * @param held ports that are ours already and are taken over where they fit
   * @throws BridgeError `port_unavailable` with the reason, for the main one only
   */
  static async bind(place: WantedPlace, parts: PortParts, held?: BoundPorts): Promise<BoundPorts> {
    // Kept until the end, so that the system does not choose them again.
    const rejected: Port[] = [];
    try {
      for (;;) {
        const main = held?.at(place) ?? (await Port.bind(place, parts));
        const bound = await BoundPorts.around(main, place.loopback, parts, held);
        if (place.port !== 0 || rejected.length === mostRejected || !isTaken(bound.refusal)) return bound;
        rejected.push(main);
      }
    } finally {
      for (const port of rejected) port.close();
    }
  }

  /** The same for a main port that is bound already. Never fails. */
  static async around(
    main: Port,
    wantsLoopback: boolean,
    parts: PortParts,
    held?: BoundPorts,
  ): Promise<BoundPorts> {
    const loopbacks: Port[] = [];
    let refusal: BridgeError | undefined;
    for (const host of wantsLoopback ? loopbacksBeside(main.address) : []) {
      const place = { host, port: main.number };
      try {
        loopbacks.push(held?.at(place) ?? (await Port.bind(place, parts)));
      } catch (error) {
        if (!(error instanceof BridgeError)) throw error;
        // Many machines have one family only.
        if (!isAbsent(error)) refusal ??= error;
      }
    }
    return new BoundPorts(main, loopbacks, refusal);
  }

  /** The main one first. */
  get all(): readonly Port[] {
    return [this.main, ...this.loopbacks];
  }

  /** Whether a connection came in at an address that is served here. */
  reach({ localAddress = '' }: Socket): boolean {
    const own = normalizeAddress(localAddress);
    return own !== undefined && this.all.some(({ address }) => serves(address, own));
  }

  /** Whether one of these may stand in the way of `place`: single addresses that differ never do. */
  mayBlock({ host, port }: Place): boolean {
    if (port !== this.main.number) return false;
    return !isSingle(host) || !isSingle(this.main.address);
  }

  /** Frees them at once, except those that `others` have, too. The connections that came in over them stay. */
  close(others?: BoundPorts): void {
    for (const port of this.all) if (others?.all.includes(port) !== true) port.close();
  }

  /** The one that is bound to exactly this place, which cannot be told of a name. */
  at({ host, port }: Place): Port | undefined {
    const wanted = normalizeAddress(host);
    if (wanted === undefined) return undefined;
    return this.all.find(({ address, number }) => number === port && normalizeAddress(address) === wanted);
  }
}

/** Whether who listens at `bound` is reached at `own`. A wildcard of IPv6 takes IPv4 as well. */
function serves(bound: string, own: string): boolean {
  const address = normalizeAddress(bound);
  return address === '::' || own === address || (address === '0.0.0.0' && familyOf(own) === 'ipv4');
}

function isSingle(host: string): boolean {
  const address = normalizeAddress(host);
  return address !== undefined && !isWildcard(address);
}
