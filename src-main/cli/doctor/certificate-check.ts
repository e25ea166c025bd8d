import type { X509Certificate } from 'node:crypto';
import { lookAtCertificate, type ShownCertificate } from '../../remote/certificate-look.ts';
import { lookMs, reason, type Check } from './examination.ts';
import { ok, problem, skipped, warning, type Finding } from './finding.ts';

const dayMs = 86_400_000;

/** Days before the end of a certificate from which that is worth a word. */
const warnDays = 14;

/** The certificate that the relay shows: whether it is trusted, and for how long it is valid. */
export const certificateCheck: Check = async ({ url, target }) => {
  if (url.protocol !== 'https:') {
    const isLocal = /^(localhost|127\.|\[::1\])/.test(url.hostname);
    const says = 'the connection is not encrypted';
    if (isLocal) return [skipped('certificate', `${says}, and does not leave this machine`)];
    const next = 'fine inside a tailnet or over SSH; elsewhere give the relay --tls-cert and --tls-key';
    return [warning('certificate', says, next)];
  }
  let seen: ShownCertificate;
  try {
    const ca = target.trust.kind === 'authority' ? target.trust.pem : undefined;
    seen = await lookAtCertificate(url, { ca, patienceMs: lookMs });
  } catch (error) {
    return [problem('certificate', 'unreachable', reason(error), 'check that the relay speaks TLS there')];
  }
  return [trusted(seen, target.trust.kind), valid(seen.certificate)];
};

function trusted({ certificate, mistrust }: ShownCertificate, by: string): Finding {
  const fingerprint = `SHA-256 ${certificate.fingerprint256}`;
  if (mistrust === undefined) return ok('certificate', `trusted; ${fingerprint}`);
  if (by === 'fingerprint') return ok('certificate', `the one that was agreed on; ${fingerprint}`);
  if (by === 'loopback') return ok('certificate', `self-signed, on this machine; ${fingerprint}`);
  const next =
    'compare the fingerprint with what the relay shows on its machine, then give --fingerprint, or --ca-file with its authority';
  return problem('certificate', 'denied', `not trusted here (${mistrust}); ${fingerprint}`, next);
}

function valid({ validFromDate, validToDate }: X509Certificate): Finding {
  const now = Date.now();
  const end = validToDate.toISOString().slice(0, 10);
  const renew = 'renew it; the relay takes the new files by itself';
  if (validToDate.getTime() < now) return problem('validity', 'denied', `it expired on ${end}`, renew);
  if (validFromDate.getTime() > now) {
    const says = `it is not valid before ${validFromDate.toISOString().slice(0, 10)}`;
    return problem('validity', 'denied', says, 'compare the clocks of both machines');
  }
  const days = Math.floor((validToDate.getTime() - now) / dayMs);
  const says = `valid until ${end}`;
  return days < warnDays ? warning('validity', says, renew) : ok('validity', says);
}
