/**
 * Nobody has answered a request, or not to its end, and trying again may help. The message says why, in words that
 * follow a colon. `fetch` promises a TypeError for trouble of this kind.
 */
export class NoConnection extends TypeError {
  override readonly name = 'NoConnection';
  /** The request may have arrived: what it asks for may or may not be done. */
  readonly mayHaveArrived: boolean;
  /** Seconds after which trying again makes sense, where somebody has said so. */
  readonly retryAfter: number | undefined;

  constructor(words: string, mayHaveArrived: boolean, retryAfter?: number) {
    super(words);
    this.mayHaveArrived = mayHaveArrived;
    this.retryAfter = retryAfter;
  }
}

const wordsOfCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused; nothing listens there',
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up at the moment',
  EHOSTUNREACH: 'there is no way to it from here',
  ENETUNREACH: 'there is no way to it from here',
  ENETDOWN: 'the network is down',
  ETIMEDOUT: 'no connection came about in time',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'its certificate is self-signed; give its SHA-256 fingerprint (--fingerprint) or its authority (--ca-file)',
  SELF_SIGNED_CERT_IN_CHAIN:
    'its certificate comes from an authority that is not known here; give it by --ca-file',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate comes from an authority that is not known here; give it by --ca-file',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate comes from an authority that is not known here; give it by --ca-file',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet, or the clock of this machine is wrong',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate was made for another name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there; perhaps the address begins with http://',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS there; perhaps the address begins with http://',
};

/** What Node says about a connection, in words. */
export function reasonOf(error: NodeJS.ErrnoException): string {
  const { code = '', message } = error;
  const words = wordsOfCode[code];
  if (words !== undefined) return words;
  if (code.startsWith('HPE_'))
    return 'it does not speak HTTP there; perhaps the address begins with https://';
  // An error of several attempts has no message of its own.
  return message === '' ? code : message;
}
