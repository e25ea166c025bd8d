import { BridgeError } from '../../src-shared/bridge-error.ts';

/** What a principal may do. `admin` covers everything that changes the relay itself. */
export type Right = 'read' | 'send' | 'clear' | 'admin';

/**
 * - `token`: the holder of the shared token
 * - `local`: the holder of the per-start token in the runtime file, so a process of the same user
 * - `loopback`: no token is configured and the peer is on this machine
 * - `network`: no token is configured and the operator has opened the relay to the network on purpose
 * - `process`: the program at the other end of stdin and stdout
 * - `session`: a browser that has shown a credential once and sends a cookie since
 */
export type PrincipalKind = 'token' | 'local' | 'loopback' | 'network' | 'process' | 'session';

/** Who asks. It comes from the credential or the connection, never from a session or a claim in a message. */
export interface Principal {
  readonly kind: PrincipalKind;
  /** How messages and logs name it. Never a secret. */
  readonly label: string;
  readonly rights: ReadonlySet<Right>;
  /** Absent where the credential lasts as long as the relay. */
  readonly lease?: Lease;
}

/** A credential that can end while what it let in is still open: then that ends, too. */
export interface Lease {
  /** Aborts when the credential has ended; the reason is the BridgeError that a new request would get. */
  readonly ended: AbortSignal;
  /** A request or stream begins; the function returned tells that it is over, and must be called once. */
  use(): () => void;
}

const everything: ReadonlySet<Right> = new Set(['read', 'send', 'clear', 'admin']);

/** Without a credential nobody administers: otherwise any page or user of the machine could. */
const everyday: ReadonlySet<Right> = new Set(['read', 'send', 'clear']);

export const principals: Readonly<Record<Exclude<PrincipalKind, 'session'>, Principal>> = {
  token: { kind: 'token', label: 'the shared token', rights: everything },
  local: { kind: 'local', label: 'the local token', rights: everything },
  loopback: { kind: 'loopback', label: 'a client on this machine', rights: everyday },
  network: { kind: 'network', label: 'a client without a token', rights: everyday },
  process: { kind: 'process', label: 'a process on standard input', rights: everyday },
};

/**
 * The one function that decides every right.
 * @throws BridgeError `missing_right` when `principal` does not have `right`.
 */
export function requireRight(principal: Principal, right: Right): void {
  if (principal.rights.has(right)) return;
  throw new BridgeError(
    'missing_right',
    `this needs the right "${right}", which ${principal.label} does not have`,
  );
}
