import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { toError } from '../../src-shared/bridge-error.ts';
import { fault } from './text-file.ts';

const certificateBlock =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/**
 * The certificates in a PEM file, in their order: the server's own, then its chain.
 * @throws BridgeError `invalid_value` naming the file
 */
export function parseCertificates(pem: Buffer, path: string): [X509Certificate, ...X509Certificate[]] {
  const blocks = pem.toString('latin1').match(certificateBlock) ?? [];
  const [own, ...chain] = blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      throw fault(`certificate ${index + 1} in the file ${path} is damaged`, 'tlsCert', error);
    }
  });
  if (own === undefined)
    throw fault(`the certificate file ${path} ${withoutPem(pem, 'certificate')}`, 'tlsCert');
  return [own, ...chain];
}

/** @throws BridgeError `invalid_value` naming the file */
export function parsePrivateKey(pem: Buffer, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const { code } = toError(error) as NodeJS.ErrnoException;
    const text = pem.toString('latin1');
    const says =
      code === 'ERR_MISSING_PASSPHRASE' || text.includes('ENCRYPTED')
        ? 'is protected by a passphrase; store it without one, readable by this user only'
        : text.includes('PRIVATE KEY-----')
          ? 'is damaged'
          : withoutPem(pem, 'private key');
    throw fault(`the key file ${path} ${says}`, 'tlsKey', error);
  }
}

function withoutPem(bytes: Buffer, what: string): string {
  // DER, the other common form, starts with an ASN.1 sequence.
  const hint = bytes[0] === 0x30 ? '; it looks like DER, which openssl can convert' : '';
  return `holds no ${what} in PEM form${hint}`;
}
