import type { Right } from '../../src-shared/access.ts';
import { labelKey } from '../../src-shared/api/tokens.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { ChannelPatterns } from '../../src-shared/channel-patterns.ts';
import { Rights } from './rights.ts';

/**
 * - `token`: the holder of the shared token
 * - `machine`: the holder of a token of one machine
 * - `local`: the holder of the per-start token in the runtime file, so a process of the same user
 * - `loopback`: no token is configured and the peer is on this machine
 * - `network`: no token is configured and the operator has opened the relay to the network on purpose
 * - `process`: the program at the other end of stdin and stdout
 * - `session`: a browser that has shown a credential once and sends a cookie since
 */
export type PrincipalKind = 'token' | 'machine' | 'local' | 'loopback' | 'network' | 'process' | 'session';

/** Who asks. It comes from the credential or the connection, never from a session or a claim in a message. */
export interface Principal {
  readonly kind: PrincipalKind;
  /** How messages and logs name it. Never a secret. */
  readonly label: string;
  readonly rights: Rights;
  /** Absent where the credential lasts as long as the relay. */
  readonly lease?: Lease;
}

/** A credential that can end while what it let in is still open: then that ends, too. */
export interface Lease {
  /** Aborts when the credential has ended; the reason is the BridgeError that a new request would get. */
  readonly ended: AbortSignal;
  /**
   * A request or stream begins, which `cut` ends if it is still open when the credential has ended; the function
   * returned tells that it is over, and must be called once.
   */
  use(cut: () => void): () => void;
}

const everything = new Rights({ rights: ['read', 'send', 'clear', 'admin'], channels: {} });

/** Without a credential nobody administers: otherwise any page or user of the machine could. */
const everyday = new Rights({ rights: ['read', 'send', 'clear'], channels: {} });

/** Those who are the same at every relay. */
type FixedKind = Exclude<PrincipalKind, 'machine' | 'session'>;

export const principals: Readonly<Record<FixedKind, Principal>> = {
  token: { kind: 'token', label: 'the shared token', rights: everything },
  local: { kind: 'local', label: 'the local token', rights: everything },
  loopback: { kind: 'loopback', label: 'a client on this machine', rights: everyday },
  network: { kind: 'network', label: 'a client without a token', rights: everyday },
  process: { kind: 'process', label: 'a process on standard input', rights: everyday },
};

/** What a browser is called, by the credential with which it was signed in. */
export function browserLabel(credential: string): string {
  return `a browser signed in with ${credential}`;
}

const fixedLabels = new Set(Object.values(principals).map(({ label }) => labelKey(label)));

/** Whether a machine with this label would be taken for somebody else. */
export function isReservedLabel(label: string): boolean {
  const key = labelKey(label);
  return fixedLabels.has(key) || key.startsWith(browserLabel(''));
}

/** What the rules about rights need to know of somebody. */
type Holder = Pick<Principal, 'label' | 'rights'>;

/**
 * The one function that decides every right, here and through `PrincipalAccess`.
 * @param channel on which it is needed; without one see `Rights.hold`
 * @throws BridgeError `missing_right` when `holder` does not have `right` there
 */
export function requireRight(holder: Holder, right: Right, channel?: string): void {
  if (holder.rights.hold(right, channel)) return;
  const where = channel === undefined ? '' : ` on the channel ${channel}`;
  throw new BridgeError(
    'missing_right',
    `this needs the right "${right}"${where}, which ${holder.label} does not have`,
    { field: channel === undefined ? undefined : 'channel' },
  );
}

/** The rights of a principal as the relay asks for them, channel by channel (see `ChannelAccess` there). */
export class PrincipalAccess {
  readonly #holder: Holder;

  constructor(holder: Holder) {
    this.#holder = holder;
  }

  get readable(): ChannelPatterns | undefined {
    return this.#holder.rights.channelsOf('read');
  }

  mayRead(channel: string): boolean {
    return this.#holder.rights.hold('read', channel);
  }

  require(right: Right, channel: string): void {
    requireRight(this.#holder, right, channel);
  }
}

/** Of somebody who has not said who they are. */
export const noAccess = new PrincipalAccess({
  label: 'nobody',
  rights: new Rights({ rights: [], channels: {} }),
});
