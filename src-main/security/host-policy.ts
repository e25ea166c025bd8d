import { hostname, networkInterfaces } from 'node:os';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { isLoopbackAddress } from './access-policy.ts';
import { parseConfiguredHost, parseHost } from './host-name.ts';
import { isWildcard, normalizeAddress } from './ip-address.ts';
import { fault } from './text-file.ts';

/** Accepted header texts that are remembered, so that the next request costs one look-up. */
const maxRemembered = 256;

/** A miss may mean a new network: look again, but a flood of foreign names must not make us look each time. */
const lookAgainMs = 1_000;

export interface HostPolicyOptions {
  bindHost: string;
  /** Names and addresses, `*.example.com` for its sub-domains, `*` for any. */
  trustedHosts: readonly string[];
  /** The addresses and names of this machine; looked up in the operating system by default. */
  ownNames?: () => Iterable<string>;
  /** A clock in milliseconds. */
  now?: () => number;
}

/**
 * Decides which Host headers this relay answers to (wire specification 7.4): a page that has pointed its own name at
 * this machine (DNS rebinding) is told apart by that name.
 */
export class HostPolicy {
  readonly #names = new Set<string>();
  readonly #parents: string[] = [];
  readonly #acceptsAny: boolean;
  readonly #lookUpOwnNames: () => Iterable<string>;
  readonly #now: () => number;
  #ownNames = new Set<string>();
  #lookedUp = -Infinity;
  readonly #accepted = new Set<string>();

  /** @throws BridgeError `invalid_value` naming the first trusted host that is none */
  constructor({
    bindHost,
    trustedHosts,
    ownNames = namesOfThisMachine,
    now = () => performance.now(),
  }: HostPolicyOptions) {
    this.#names.add('localhost');
    const bound = parseConfiguredHost(bindHost);
    if (bound !== undefined && !isWildcard(bound)) this.#names.add(bound);
    for (const host of trustedHosts) if (host.trim() !== '*') this.#trust(host.trim());
    this.#acceptsAny = trustedHosts.some((host) => host.trim() === '*');
    this.#lookUpOwnNames = ownNames;
    this.#now = now;
  }

  /** Whether this relay answers to `header`. The port does not matter. */
  accepts(header: string | undefined): boolean {
    if (header === undefined) return false;
    if (this.#accepted.has(header)) return true;
    const host = parseHost(header);
    if (host === undefined || !this.#isOurs(host)) return false;
    if (this.#accepted.size >= maxRemembered) this.#accepted.clear();
    this.#accepted.add(header);
    return true;
  }

  /** @throws BridgeError `host_not_allowed`, saying how to allow it */
  require(header: string | undefined): void {
    if (this.accepts(header)) return;
    const host = header === undefined ? undefined : parseHost(header);
    const sentence =
      host === undefined
        ? 'the request needs one well-formed Host header'
        : `this relay does not answer to the host name "${host}"; to allow it, start the relay with --trusted-host ${host}`;
    throw new BridgeError('host_not_allowed', sentence, { field: 'Host' });
  }

  #trust(host: string): void {
    const parent = host.startsWith('*.') ? parseConfiguredHost(host.slice(2)) : undefined;
    const name = parseConfiguredHost(host);
    if (parent !== undefined && normalizeAddress(parent) === undefined) this.#parents.push(`.${parent}`);
    else if (name !== undefined) this.#names.add(name);
    else
      throw fault(
        `the trusted host "${host}" is not a host name such as bridge.example.com or *.example.com`,
        'trustedHosts',
      );
  }

  #isOurs(host: string): boolean {
    if (this.#acceptsAny || this.#names.has(host) || isLoopbackAddress(host)) return true;
    return this.#parents.some((parent) => host.endsWith(parent)) || this.#isOwnName(host);
  }

  #isOwnName(host: string): boolean {
    if (this.#ownNames.has(host)) return true;
    const now = this.#now();
    if (now - this.#lookedUp < lookAgainMs) return false;
    this.#lookedUp = now;
    this.#ownNames = new Set(this.#lookUpOwnNames());
    // What was accepted for an address that is gone must be asked anew.
    this.#accepted.clear();
    return this.#ownNames.has(host);
  }
}

/** The addresses of all interfaces, and the host name, in full, its first label alone and with `.local`. */
export function namesOfThisMachine(): string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .flatMap(({ address }) => normalizeAddress(address) ?? []);
  const name = parseConfiguredHost(hostname());
  if (name === undefined) return addresses;
  const label = name.split('.')[0] ?? name;
  return [...addresses, name, label, `${label}.local`];
}
