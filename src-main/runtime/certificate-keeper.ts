import type { Settings } from '../../src-shared/settings.ts';
import { type CertificateWatch, watchCertificate } from '../security/certificate-watch.ts';
import {
  type CertificatePaths,
  expiryWarning,
  loadCertificate,
  type LoadedCertificate,
} from '../security/certificate.ts';
import type { Log } from './log.ts';

/** How often a relay that runs for months looks whether its certificate is about to end, in ms. */
const expiryCheckMs = 86_400_000;

type TlsSettings = Pick<Settings, 'tlsCert' | 'tlsKey'>;

export interface CertificateKeeperParts {
  log: Log;
  /** Gets a certificate that was renewed in its files. */
  onRenewed: (certificate: LoadedCertificate) => void;
}

/** The certificate that the settings name, or undefined. @throws BridgeError `invalid_value` naming the file */
export function certificateOf(settings: TlsSettings): LoadedCertificate | undefined {
  const paths = pathsOf(settings);
  return paths && loadCertificate(paths);
}

/** Keeps the certificate in use: follows its files, and says when its end is near. */
export class CertificateKeeper {
  readonly #parts: CertificateKeeperParts;
  #current: LoadedCertificate | undefined;
  #watch: CertificateWatch | undefined;
  #expiryCheck: NodeJS.Timeout | undefined;

  constructor(parts: CertificateKeeperParts) {
    this.#parts = parts;
  }

  get current(): LoadedCertificate | undefined {
    return this.#current;
  }

  /** Takes over a certificate as it was loaded for these settings. */
  use(certificate: LoadedCertificate | undefined, settings: TlsSettings): void {
    this.close();
    this.#current = certificate;
    const paths = pathsOf(settings);
    if (!certificate || !paths) return;
    const { log, onRenewed } = this.#parts;
    this.#watch = watchCertificate(
      { ...paths, current: certificate },
      (renewed) => {
        this.#current = renewed;
        log.info({ validTo: renewed.validTo }, 'the certificate was replaced');
        for (const warning of renewed.warnings) log.warn(warning);
        onRenewed(renewed);
      },
      (error) => log.error({ err: error }, 'the new certificate cannot be used; the old one stays'),
    );
    this.#expiryCheck = setInterval(() => {
      const warning = this.#current && expiryWarning(this.#current.validTo, paths.certPath, new Date());
      if (warning !== undefined) log.warn(warning);
    }, expiryCheckMs).unref();
  }

  close(): void {
    this.#watch?.close();
    clearInterval(this.#expiryCheck);
  }
}

function pathsOf({ tlsCert, tlsKey }: TlsSettings): CertificatePaths | undefined {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  return { certPath: tlsCert, keyPath: tlsKey };
}
