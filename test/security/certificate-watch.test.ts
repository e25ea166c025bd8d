import { EventEmitter, once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadCertificate, type LoadedCertificate } from '../../src-main/security/certificate.ts';
import {
  watchCertificate,
  type CertificateWatch,
  type WatchOptions,
} from '../../src-main/security/certificate-watch.ts';
import { hasOpenssl, makeCertificate, type MadeCertificate } from '../support/certificates.ts';

describe.runIf(hasOpenssl)('a watched certificate', () => {
  let made: string;
  let old: MadeCertificate;
  let renewed: MadeCertificate;
  let fingerprint: string;
  beforeAll(() => {
    made = mkdtempSync(join(tmpdir(), 'made-'));
    old = makeCertificate({ dir: made });
    renewed = makeCertificate({ dir: made });
    fingerprint = loadCertificate(renewed).fingerprint256;
  });
  afterAll(() => rmSync(made, { recursive: true, force: true }));

  let dir: string;
  let inUse: MadeCertificate;
  let events: EventEmitter;
  let log: string[];
  let watcher: CertificateWatch | undefined;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'watched-'));
    inUse = { certPath: join(dir, 'cert.pem'), keyPath: join(dir, 'key.pem') };
    events = new EventEmitter();
    log = [];
  });
  afterEach(() => {
    watcher?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** Watches, and has looked once: of two timers that were set in this order the shorter one ends first. */
  async function watch(options: Partial<WatchOptions> = {}): Promise<void> {
    watcher = watchCertificate(
      // The poll is off unless a test is about it, so that only events can be the reason.
      { ...inUse, current: loadCertificate(inUse), settleMs: 5, retryMs: 5, pollMs: 1_000_000, ...options },
      (certificate) => {
        log.push(certificate.fingerprint256);
        events.emit('change', certificate);
      },
      (error) => {
        log.push(error.message);
        events.emit('failure', error);
      },
    );
    await setTimeout(20);
  }

  function install(from: MadeCertificate): void {
    copyFileSync(from.certPath, inUse.certPath);
    copyFileSync(from.keyPath, inUse.keyPath);
  }

  async function nextChange(): Promise<LoadedCertificate> {
    const [certificate] = (await once(events, 'change')) as [LoadedCertificate];
    return certificate;
  }

  async function nextFailure(): Promise<string> {
    const [error] = (await once(events, 'failure')) as [Error];
    return error.message;
  }

  test('is loaded again when both files are rewritten', async () => {
    install(old);
    await watch();
    const changed = nextChange();
    install(renewed);
    expect(await changed).toMatchObject({ fingerprint256: fingerprint, key: readFileSync(renewed.keyPath) });
  });

  test('is loaded again when both files are renamed over', async () => {
    install(old);
    await watch();
    const changed = nextChange();
    copyFileSync(renewed.certPath, join(dir, 'new-cert'));
    copyFileSync(renewed.keyPath, join(dir, 'new-key'));
    renameSync(join(dir, 'new-key'), inUse.keyPath);
    renameSync(join(dir, 'new-cert'), inUse.certPath);
    expect((await changed).fingerprint256).toBe(fingerprint);
  });

  test('waits for the second file without an error', async () => {
    install(old);
    await watch({ retries: 1_000, pollMs: 10 });
    const changed = nextChange();
    copyFileSync(renewed.certPath, inUse.certPath);
    // Several tries of the mismatched pair happen before the key follows.
    await setTimeout(50);
    copyFileSync(renewed.keyPath, inUse.keyPath);
    expect((await changed).fingerprint256).toBe(fingerprint);
    expect(log).toEqual([fingerprint]);
  });

  test('stays in use while the new one is broken, and the reason is told once', async () => {
    install(old);
    await watch({ retries: 2, pollMs: 10 });
    let failed = nextFailure();
    copyFileSync(renewed.certPath, inUse.certPath);
    const mismatch = await failed;
    expect(mismatch).toContain('does not belong to');
    failed = nextFailure();
    writeFileSync(inUse.certPath, 'not a certificate');
    const nonsense = await failed;
    expect(nonsense).toContain('holds no certificate');
    // Some more polls find the same.
    await setTimeout(60);
    expect(log).toEqual([mismatch, nonsense]);
    const changed = nextChange();
    install(renewed);
    await changed;
    expect(log.at(-1)).toBe(fingerprint);
  });

  test('that changed between loading and watching is noticed at once', async () => {
    install(old);
    const current = loadCertificate(inUse);
    install(renewed);
    const changed = nextChange();
    await watch({ current });
    expect((await changed).fingerprint256).toBe(fingerprint);
  });

  test.runIf(process.platform !== 'win32')(
    'is followed when the directory behind it is swapped, as orchestrators do',
    async () => {
      for (const [name, pair] of Object.entries({ one: old, two: renewed })) {
        mkdirSync(join(dir, name));
        copyFileSync(pair.certPath, join(dir, name, 'cert.pem'));
        copyFileSync(pair.keyPath, join(dir, name, 'key.pem'));
      }
      symlinkSync('one', join(dir, 'data'));
      symlinkSync(join('data', 'cert.pem'), inUse.certPath);
      symlinkSync(join('data', 'key.pem'), inUse.keyPath);
      await watch();
      const changed = nextChange();
      symlinkSync('two', join(dir, 'data-new'));
      renameSync(join(dir, 'data-new'), join(dir, 'data'));
      expect((await changed).fingerprint256).toBe(fingerprint);
    },
  );

  test.runIf(process.platform !== 'win32')(
    'is followed when a link elsewhere is pointed to a new file, as certbot does',
    async () => {
      mkdirSync(join(dir, 'live'));
      symlinkSync(old.certPath, join(dir, 'live', 'cert.pem'));
      symlinkSync(old.keyPath, join(dir, 'live', 'key.pem'));
      symlinkSync(join('live', 'cert.pem'), inUse.certPath);
      symlinkSync(join('live', 'key.pem'), inUse.keyPath);
      await watch();
      const changed = nextChange();
      for (const [name, path] of Object.entries({
        'cert.pem': renewed.certPath,
        'key.pem': renewed.keyPath,
      })) {
        symlinkSync(path, join(dir, 'live', `new-${name}`));
        renameSync(join(dir, 'live', `new-${name}`), join(dir, 'live', name));
      }
      expect((await changed).fingerprint256).toBe(fingerprint);
    },
  );

  test.runIf(process.platform !== 'win32')('is found by the poll where no event tells', async () => {
    const place = join(dir, 'place');
    mkdirSync(place);
    inUse = { certPath: join(place, 'cert.pem'), keyPath: join(place, 'key.pem') };
    install(old);
    await watch({ pollMs: 10, retries: 0 });
    // The watched directory goes away with its watch; another one takes its name.
    renameSync(place, join(dir, 'gone'));
    const failed = nextFailure();
    mkdirSync(place);
    expect(await failed).toContain('there is no such file');
    const changed = nextChange();
    install(renewed);
    expect((await changed).fingerprint256).toBe(fingerprint);
  });

  test('that is touched without a change is left alone, and after closing so is any other', async () => {
    install(old);
    await watch();
    install(old);
    const changed = nextChange();
    install(renewed);
    await changed;
    expect(log).toEqual([fingerprint]);
    watcher?.close();
    install(old);
    // A second watch of the same files sees the change, so the first had its chance.
    const again = nextChange();
    await watch({ current: loadCertificate(renewed) });
    await again;
    expect(log).toHaveLength(2);
  });
});
