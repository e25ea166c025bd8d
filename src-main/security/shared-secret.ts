import { timingSafeEqual } from 'node:crypto';
import { Admission } from './admission.ts';
import { principals, type Principal } from './principal.ts';

/** The shared token, or the one it was before a rotation. */
export class SharedSecret extends Admission {
  readonly principal: Principal = { ...principals.token, lease: this };
  /** See `digestOf`. */
  readonly digest: Uint8Array;

  constructor(digest: Uint8Array) {
    super();
    this.digest = digest;
  }

  /** Takes the same time whatever `digest` is. */
  hasDigest(digest: Uint8Array): boolean {
    return timingSafeEqual(digest, this.digest);
  }
}

/** How clients come in where no token is needed. */
export class OpenDoor extends Admission {
  readonly loopback: Principal = { ...principals.loopback, lease: this };
  readonly network: Principal = { ...principals.network, lease: this };
}
