import type { X509Certificate } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';
import { toError } from '../../src-shared/bridge-error.ts';

/** The certificate that a server shows. */
export interface ShownCertificate {
  certificate: X509Certificate;
  /** Why it is not trusted; undefined if it is. */
  mistrust: string | undefined;
}

/**
 * Looks at the certificate of a server without sending it anything.
 * @param ca the authority to judge by, in PEM, instead of those of the system
 * @throws Error when nobody answers, or not in TLS
 */
export function lookAtCertificate(
  { hostname, port }: URL,
  { ca, patienceMs }: { ca?: string | undefined; patienceMs: number },
): Promise<ShownCertificate> {
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect(
      {
        host,
        port: Number(port) || 443,
        // Judged below.
        rejectUnauthorized: false,
        ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
        ...(ca === undefined ? {} : { ca }),
      },
      () => {
        const certificate = socket.getPeerX509Certificate();
        const error = socket.authorizationError as Error | string | null | undefined;
        socket.destroy();
        if (!certificate) reject(new Error('it shows no certificate'));
        else resolve({ certificate, mistrust: error ? toError(error).message : undefined });
      },
    );
    socket.setTimeout(patienceMs, () => socket.destroy(new Error('it did not answer in time')));
    socket.once('error', reject);
  });
}
