import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { toError } from '../../src-shared/bridge-error.ts';
import { normalizeAddress } from './ip-address.ts';
import { parseCertificates, parsePrivateKey } from './pem.ts';
import { fault, isReadableByOthers, readSmallFile } from './text-file.ts';

const dayMs = 86_400_000;
const warnDays = 14;

export interface CertificatePaths {
  certPath: string;
  keyPath: string;
}

export interface LoadedCertificate {
  /** PEM, with the chain; as `https.createServer` and `setSecureContext` take it. */
  cert: Buffer;
  key: Buffer;
  subject: string;
  /** The DNS names and addresses it is valid for. */
  altNames: string[];
  /** Whether it is valid for this name or address. */
  covers: (host: string) => boolean;
  validTo: Date;
  /** SHA-256 of the certificate, upper-case hex with colons. */
  fingerprint256: string;
  /** Sentences about what will fail soon or for some clients. */
  warnings: string[];
}

/**
 * Loads and checks a certificate and its key: both readable PEM, one pair, valid now, accepted by TLS.
 * @param now the time to judge by
 * @throws BridgeError `invalid_value` with one sentence that names the file
 */
export function loadCertificate({
  certPath,
  keyPath,
  now = new Date(),
}: CertificatePaths & { now?: Date }): LoadedCertificate {
  const cert = readSmallFile(certPath, 'the certificate file', 'tlsCert');
  const key = readSmallFile(keyPath, 'the key file', 'tlsKey');
  const [own, ...chain] = parseCertificates(cert, certPath);
  checkPair([own, ...chain], key, { certPath, keyPath });
  checkValidity(own, certPath, now);
  checkAcceptedByTls(cert, key, certPath);
  return {
    cert,
    key,
    subject: own.subject.split('\n').join(', '),
    altNames: altNamesOf(own),
    covers: (host) => covers(own, host),
    validTo: own.validToDate,
    fingerprint256: own.fingerprint256,
    warnings: warningsAbout(own, chain, { certPath, keyPath }, now),
  };
}

/** The sentence for a certificate that ends within 14 days, or undefined. */
export function expiryWarning(validTo: Date, certPath: string, now: Date): string | undefined {
  const days = Math.floor((validTo.getTime() - now.getTime()) / dayMs);
  if (days < 0) return `the certificate in ${certPath} has expired on ${dateOf(validTo)}`;
  if (days >= warnDays) return undefined;
  const when = days === 0 ? 'within a day' : days === 1 ? 'in 1 day' : `in ${days} days`;
  return `the certificate in ${certPath} expires ${when}, on ${dateOf(validTo)}`;
}

function checkPair(
  certificates: X509Certificate[],
  key: Buffer,
  { certPath, keyPath }: CertificatePaths,
): void {
  const privateKey = parsePrivateKey(key, keyPath);
  const owner = certificates.findIndex((certificate) => certificate.checkPrivateKey(privateKey));
  if (owner === 0) return;
  const sentence =
    owner < 0
      ? `the key in ${keyPath} does not belong to the certificate in ${certPath}`
      : `the certificate file ${certPath} has its chain in the wrong order: the server's own certificate must come first`;
  throw fault(sentence, owner < 0 ? 'tlsKey' : 'tlsCert');
}

function checkValidity(own: X509Certificate, certPath: string, now: Date): void {
  if (own.validToDate < now) {
    throw fault(`the certificate in ${certPath} expired on ${dateOf(own.validToDate)}`, 'tlsCert');
  }
  if (own.validFromDate > now) {
    throw fault(`the certificate in ${certPath} is not valid before ${dateOf(own.validFromDate)}`, 'tlsCert');
  }
}

/** The last word has the library that will use it; it refuses short keys and weak signatures, for example. */
function checkAcceptedByTls(cert: Buffer, key: Buffer, certPath: string): void {
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const { reason } = error as { reason?: string };
    throw fault(
      `the certificate in ${certPath} cannot be used: ${reason ?? toError(error).message}`,
      'tlsCert',
      error,
    );
  }
}

function warningsAbout(
  own: X509Certificate,
  chain: X509Certificate[],
  paths: CertificatePaths,
  now: Date,
): string[] {
  const { certPath, keyPath } = paths;
  const warnings: string[] = [];
  const expiry = expiryWarning(own.validToDate, certPath, now);
  if (expiry !== undefined) warnings.push(expiry);
  for (const link of chain) {
    if (link.validToDate < now) {
      warnings.push(`a chain certificate in ${certPath} expired on ${dateOf(link.validToDate)}`);
    }
  }
  if (own.subjectAltName === undefined) {
    warnings.push(
      `the certificate in ${certPath} names no host (subjectAltName); most clients will refuse it`,
    );
  }
  if (isReadableByOthers(keyPath)) {
    warnings.push(`the key file ${keyPath} can be read by other users of this machine`);
  }
  return warnings;
}

/** From `DNS:bridge.example.com, IP Address:192.0.2.7`. */
function altNamesOf(certificate: X509Certificate): string[] {
  const entries = (certificate.subjectAltName ?? '').matchAll(/(?:^|, )(?:DNS|IP Address):("[^"]*"|[^,]*)/g);
  return Array.from(entries, ([, quoted = '']) => {
    const name = quoted.replaceAll('"', '');
    return normalizeAddress(name) ?? name;
  });
}

/** As clients decide it today, who have stopped looking at the subject. */
function covers(certificate: X509Certificate, host: string): boolean {
  const found =
    isIP(host) === 0 ? certificate.checkHost(host, { subject: 'never' }) : certificate.checkIP(host);
  return found !== undefined;
}

function dateOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
