import type { Trust } from '../../remote/trust.ts';
import { BridgeError, toError } from '../../../src-shared/bridge-error.ts';
import { lookAtCertificate, type ShownCertificate } from '../../remote/certificate-look.ts';
import { readRelayUrl } from '../../remote/relay-url.ts';
import { confirm } from '../confirm.ts';
import { CommandFailure } from '../failure.ts';
import { print } from '../output.ts';

/** Where a relay listens unless it was told otherwise. */
const usualPort = 8765;
const patienceMs = 8_000;

/** A relay that was found, and how to be sure from now on that it is the same. */
export interface Server {
  url: string;
  trust: Trust;
  /** SHA-256 of its certificate; undefined without TLS. */
  shown: string | undefined;
}

/**
 * Finds the relay behind what somebody typed, `192.0.2.10`, `build-box:8765` or a whole address, and settles whether it is
 * the right one: by a certificate that the system trusts, by the fingerprint that was given, or by asking.
 * @param fingerprint see `readFingerprint`
 * @throws CommandFailure `denied` for a certificate that nobody vouches for
 */
export async function findServer(host: string, fingerprint: string | undefined): Promise<Server> {
  const { url, certificate } = await reach(host);
  if (!certificate) {
    if (fingerprint !== undefined) {
      throw new CommandFailure('denied', `${url} shows no certificate, so its fingerprint cannot be checked`);
    }
    if (!isLoopback(new URL(url).hostname)) {
      print('The connection is not encrypted: fine inside a tailnet or your own network, not elsewhere.');
    }
    return { url, trust: { kind: 'system' }, shown: undefined };
  }
  const shown = certificate.certificate.fingerprint256;
  return { url, trust: await trustIn(certificate, shown, fingerprint), shown };
}

async function trustIn(
  { mistrust }: ShownCertificate,
  shown: string,
  expected: string | undefined,
): Promise<Trust> {
  if (expected !== undefined) {
    if (expected === shown) return { kind: 'fingerprint', fingerprint: shown };
    const sentence = `the certificate is not the expected one: its SHA-256 fingerprint is ${shown}`;
    throw new CommandFailure('denied', `${sentence}; somebody may stand in between`);
  }
  if (mistrust === undefined) return { kind: 'system' };
  print(`The relay shows a certificate that this machine does not know (${mistrust}):\n  SHA-256 ${shown}`);
  if (await confirm('Does the other machine show the same fingerprint?')) {
    return { kind: 'fingerprint', fingerprint: shown };
  }
  throw new CommandFailure(
    'denied',
    'nothing was sent: the fingerprints differ, or nobody has compared them',
  );
}

async function reach(host: string): Promise<{ url: string; certificate: ShownCertificate | undefined }> {
  if (/^https?:\/\//i.test(host)) {
    const url = readRelayUrl(host, 'HOST');
    return { url, certificate: url.startsWith('https:') ? await certificateAt(new URL(url)) : undefined };
  }
  const bare = withPort(host);
  const secure = readRelayUrl(`https://${bare}`, 'HOST');
  try {
    return { url: secure, certificate: await lookAtCertificate(new URL(secure), { patienceMs }) };
  } catch (error) {
    if (!speaksNoTls(error)) throw unreachable(secure, error);
    return { url: readRelayUrl(`http://${bare}`, 'HOST'), certificate: undefined };
  }
}

async function certificateAt(url: URL): Promise<ShownCertificate> {
  try {
    return await lookAtCertificate(url, { patienceMs });
  } catch (error) {
    throw unreachable(url.origin, error);
  }
}

/** @param host without a scheme; an IPv6 address with or without brackets */
function withPort(host: string): string {
  const bare = host.replace(/\/+$/, '');
  if (/^[^:]+:\d+$|\]:\d+$/.test(bare)) return bare;
  const name = bare.includes(':') && !bare.startsWith('[') ? `[${bare}]` : bare;
  return `${name}:${usualPort}`;
}

/** Somebody is there, who takes a TLS greeting for a bad request. */
function speaksNoTls(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return code === 'EPROTO' || code === 'ECONNRESET' || code.startsWith('ERR_SSL_');
}

function unreachable(url: string, error: unknown): BridgeError {
  return new BridgeError('unreachable', `no relay answers at ${url}: ${toError(error).message}`, {
    cause: error,
  });
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
