import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

export interface MadeCertificate {
  certPath: string;
  keyPath: string;
}

export interface CertificateOptions {
  /** Where the files go; each certificate gets its own directory in it. */
  dir: string;
  cn?: string;
  /** DNS names and IP addresses; none for a certificate without them. */
  altNames?: string[];
  /** Valid from an hour ago for so many days. */
  days?: number;
  /** In place of `days`, for certificates that are over or still to come. */
  validFrom?: Date;
  validTo?: Date;
  /** EC keys are made in a moment, RSA keys take a while. */
  keyType?: 'ec' | 'rsa' | 'weak-rsa';
  /** Protects the key with this passphrase. */
  passphrase?: string;
  /** Signs with another certificate, which is then appended as the chain. */
  issuer?: MadeCertificate;
}

const keyArguments = {
  ec: ['EC', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
  rsa: ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  'weak-rsa': ['RSA', '-pkeyopt', 'rsa_keygen_bits:512'],
};

const hourMs = 3_600_000;

/** Whether this machine can make certificates; suites that need them skip and say so otherwise. */
export const hasOpenssl = works('openssl', 'version');
if (!hasOpenssl) console.warn('openssl is not installed: tests that need certificates are skipped');

/** Makes a certificate and its key, self-signed unless `issuer` is given, so that clients can take it as their CA. */
export function makeCertificate(options: CertificateOptions): MadeCertificate {
  const { cn = 'bridge.example', keyType = 'ec', passphrase, issuer, days = 90 } = options;
  const { validFrom = new Date(Date.now() - hourMs), altNames = ['localhost', '127.0.0.1', '::1'] } = options;
  const { validTo = new Date(validFrom.getTime() + days * 24 * hourMs + 2 * hourMs) } = options;
  mkdirSync(options.dir, { recursive: true });
  const dir = mkdtempSync(join(options.dir, 'certificate-'));
  const [certPath, keyPath] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];

  // `openssl ca`, because `req -x509` learnt to set the dates only in OpenSSL 3.4.
  writeFileSync(join(dir, 'openssl.cnf'), configuration(altNames));
  writeFileSync(join(dir, 'index.txt'), '');
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  openssl('genpkey', '-out', 'plain.pem', '-algorithm', ...keyArguments[keyType]);
  openssl(
    'req',
    '-new',
    '-config',
    'openssl.cnf',
    '-key',
    'plain.pem',
    '-subj',
    `/CN=${cn}`,
    '-out',
    'request.pem',
  );
  const signer = issuer
    ? ['-cert', issuer.certPath, '-keyfile', issuer.keyPath]
    : ['-selfsign', '-keyfile', 'plain.pem'];
  const dates = ['-startdate', asn1Time(validFrom), '-enddate', asn1Time(validTo)];
  openssl(
    'ca',
    '-batch',
    '-notext',
    '-config',
    'openssl.cnf',
    ...signer,
    ...dates,
    '-in',
    'request.pem',
    '-out',
    'cert.pem',
  );

  const protection = passphrase === undefined ? [] : ['-aes256', '-passout', `pass:${passphrase}`];
  openssl('pkey', '-in', 'plain.pem', ...protection, '-out', 'key.pem');
  if (issuer) writeFileSync(certPath, readTogether(certPath, issuer.certPath));
  return { certPath, keyPath };
}

function configuration(altNames: string[]): string {
  const names = altNames.map((name) => `${isIP(name) ? 'IP' : 'DNS'}:${name}`).join(',');
  return `
[ca]
default_ca = own
[own]
new_certs_dir = .
database = index.txt
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = extensions
unique_subject = no
[any]
commonName = supplied
[extensions]
basicConstraints = CA:TRUE
${names === '' ? '' : `subjectAltName = ${names}`}
[req]
distinguished_name = name
[name]
`;
}

function readTogether(...paths: string[]): string {
  return paths.map((path) => readFileSync(path, 'utf8')).join('');
}

/** `20270131120000Z`: four-digit years throughout, which all versions of openssl take. */
function asn1Time(date: Date): string {
  return date.toISOString().replace(/[-:T]|\.\d+/g, '');
}

function works(...[command, ...args]: [string, ...string[]]): boolean {
  try {
    execFileSync(command, args, { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}
