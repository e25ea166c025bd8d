import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { createServer, get } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadCertificate } from '../../src-main/security/certificate.ts';
import { hasOpenssl, makeCertificate, type MadeCertificate } from '../support/certificates.ts';

describe.runIf(hasOpenssl)('a certificate and its key', () => {
  let dir: string;
  let good: MadeCertificate;
  let other: MadeCertificate;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'certificates-'));
    good = makeCertificate({
      dir,
      altNames: ['bridge.example', '*.lan.example', '192.0.2.7', '2001:db8::7'],
    });
    other = makeCertificate({ dir });
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  /** A file with this content, in the place of one of a pair. */
  function file(content: string | Uint8Array): string {
    const path = join(mkdtempSync(join(dir, 'file-')), 'file.pem');
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  test('are described as they are', () => {
    const loaded = loadCertificate(good);
    const x509 = new X509Certificate(readFileSync(good.certPath));
    expect(loaded).toMatchObject({
      subject: 'CN=bridge.example',
      altNames: ['bridge.example', '*.lan.example', '192.0.2.7', '2001:db8::7'],
      validTo: new Date(x509.validTo),
      fingerprint256: x509.fingerprint256,
      warnings: [],
    });
  });

  test.each(['ec', 'rsa'] as const)('with an %s key serve a client that trusts them', async (keyType) => {
    const made = makeCertificate({ dir, keyType });
    const { cert, key } = loadCertificate(made);
    const server = createServer({ cert, key }, (_, response) => response.end());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const request = get({ host: 'localhost', port, family: 4, ca: cert, agent: false });
    const [response] = (await once(request, 'response')) as [{ statusCode: number }];
    expect(response.statusCode).toBe(200);
    server.closeAllConnections();
    server.close();
  });

  test('may come with their chain, as Windows text and between comments', () => {
    const chained = makeCertificate({ dir, issuer: other });
    const text = `Issued for the relay\n${readFileSync(chained.certPath, 'utf8')}`.replaceAll('\n', '\r\n');
    const loaded = loadCertificate({ certPath: file(text), keyPath: chained.keyPath });
    expect(loaded.fingerprint256).toBe(loadCertificate(chained).fingerprint256);
    expect(loaded.warnings).toEqual([]);
  });

  test('may share one file', () => {
    const both = file(readFileSync(good.keyPath, 'utf8') + readFileSync(good.certPath, 'utf8'));
    expect(loadCertificate({ certPath: both, keyPath: both }).subject).toBe('CN=bridge.example');
  });

  describe('are refused with one sentence that names the file', () => {
    /** The refusal of a pair. */
    function refusal(pair: Partial<MadeCertificate>, now?: Date): Error & { code?: string; field?: string } {
      try {
        loadCertificate({ ...good, ...pair, ...(now && { now }) });
      } catch (error) {
        return error as Error;
      }
      throw new Error('the pair was accepted');
    }

    test('when a file is missing', () => {
      const nowhere = join(dir, 'nowhere.pem');
      expect(refusal({ certPath: nowhere })).toMatchObject({
        code: 'invalid_value',
        field: 'tlsCert',
        message: `the certificate file ${nowhere} cannot be read: there is no such file`,
      });
      expect(refusal({ keyPath: nowhere })).toMatchObject({
        field: 'tlsKey',
        message: `the key file ${nowhere} cannot be read: there is no such file`,
      });
    });

    test('when a file is a directory', () => {
      expect(refusal({ certPath: dir }).message).toBe(
        `the certificate file ${dir} cannot be read: it is a directory`,
      );
    });

    test('when a file is empty or holds something else', () => {
      for (const content of ['', 'hello', '\0\u{1f5dd}', '-----BEGIN CERTIFICATE-----\n']) {
        const path = file(content);
        expect(refusal({ certPath: path }).message).toBe(
          `the certificate file ${path} holds no certificate in PEM form`,
        );
        expect(refusal({ keyPath: path }).message).toBe(
          `the key file ${path} holds no private key in PEM form`,
        );
      }
    });

    test('when the two were swapped', () => {
      expect(refusal({ certPath: good.keyPath }).message).toContain('holds no certificate in PEM form');
      expect(refusal({ keyPath: good.certPath }).message).toContain('holds no private key in PEM form');
    });

    test('when a file is in DER form', () => {
      const { raw } = new X509Certificate(readFileSync(good.certPath));
      expect(refusal({ certPath: file(raw) }).message).toContain('it looks like DER');
    });

    test('when a PEM block is damaged', () => {
      const certificate = readFileSync(good.certPath, 'utf8');
      const chain = file(`${certificate}-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n`);
      expect(refusal({ certPath: chain }).message).toBe(`certificate 2 in the file ${chain} is damaged`);
      const key = file(readFileSync(good.keyPath, 'utf8').replace(/\n.{20}/, '\n'));
      expect(refusal({ keyPath: key }).message).toBe(`the key file ${key} is damaged`);
    });

    test('when the key is protected by a passphrase', () => {
      const made = makeCertificate({ dir, passphrase: 'correct horse' });
      expect(refusal(made)).toMatchObject({
        field: 'tlsKey',
        message: `the key file ${made.keyPath} is protected by a passphrase; store it without one, readable by this user only`,
      });
    });

    test('when the two are no pair', () => {
      expect(refusal({ keyPath: other.keyPath })).toMatchObject({
        field: 'tlsKey',
        message: `the key in ${other.keyPath} does not belong to the certificate in ${good.certPath}`,
      });
    });

    test('when the chain comes before the certificate', () => {
      const path = file(readFileSync(other.certPath, 'utf8') + readFileSync(good.certPath, 'utf8'));
      expect(refusal({ certPath: path }).message).toBe(
        `the certificate file ${path} has its chain in the wrong order: the server's own certificate must come first`,
      );
    });

    test('when the certificate has expired or is not valid yet', () => {
      const over = makeCertificate({
        dir,
        validFrom: new Date('2020-01-01'),
        validTo: new Date('2021-02-03T04:05:06Z'),
      });
      expect(refusal(over).message).toBe(`the certificate in ${over.certPath} expired on 2021-02-03`);
      const early = makeCertificate({ dir, validFrom: new Date('2101-02-03'), days: 1 });
      expect(refusal(early).message).toBe(
        `the certificate in ${early.certPath} is not valid before 2101-02-03`,
      );
      expect(loadCertificate({ ...over, now: new Date('2020-06-01') }).warnings).toEqual([]);
    });

    test('when TLS will not take the key', () => {
      const weak = makeCertificate({ dir, keyType: 'weak-rsa' });
      expect(refusal(weak).message).toMatch(/^the certificate in .* cannot be used: .*key too small$/);
    });

    test('and never show what is in the key file', () => {
      const key = readFileSync(good.keyPath, 'utf8').split('\n')[1] ?? '';
      expect(key).not.toBe('');
      const error = refusal({ certPath: good.keyPath });
      expect(`${error.message}${String(error.cause)}`).not.toContain(key);
    });
  });

  describe('come with a warning', () => {
    test.each([
      [13 * 24, 'expires in 13 days, on '],
      [25, 'expires in 1 day, on '],
      [2, 'expires within a day, on '],
    ])('when the certificate has %i hours left', (hours, says) => {
      const { validTo } = loadCertificate(good);
      const now = new Date(validTo.getTime() - hours * 3_600_000);
      const date = validTo.toISOString().slice(0, 10);
      expect(loadCertificate({ ...good, now }).warnings).toEqual([
        `the certificate in ${good.certPath} ${says}${date}`,
      ]);
    });

    test('but not 14 days before the end', () => {
      const now = new Date(loadCertificate(good).validTo.getTime() - 14 * 24 * 3_600_000);
      expect(loadCertificate({ ...good, now }).warnings).toEqual([]);
    });

    test('when the certificate names no host', () => {
      const made = makeCertificate({ dir, altNames: [] });
      expect(loadCertificate(made)).toMatchObject({
        altNames: [],
        warnings: [expect.stringContaining('names no host')],
      });
    });

    test('when a certificate of the chain has expired', () => {
      const issuer = makeCertificate({
        dir,
        validFrom: new Date('2020-01-01'),
        validTo: new Date('2021-02-03'),
      });
      const { warnings } = loadCertificate(makeCertificate({ dir, issuer }));
      expect(warnings).toEqual([expect.stringMatching(/^a chain certificate in .* expired on 2021-02-03$/)]);
    });

    test.runIf(process.platform !== 'win32')('when other users can read the key', () => {
      const made = makeCertificate({ dir });
      chmodSync(made.keyPath, 0o644);
      expect(loadCertificate(made).warnings).toEqual([
        `the key file ${made.keyPath} can be read by other users of this machine`,
      ]);
    });
  });
});
