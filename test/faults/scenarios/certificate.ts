import { X509Certificate } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { lacksCommand } from '../parts/lacks.ts';
import { Load } from '../parts/load.ts';
import { pause, until } from '../parts/pause.ts';
import { RelayUnderTest } from '../parts/relay.ts';
import { type MadeCertificate, makeCertificate } from '../../support/certificates.ts';
import type { Scenario } from '../scenario.ts';

export const certificate: Scenario = {
  name: 'certificate',
  title: 'Certificate replaced and broken',
  method:
    'Over HTTPS, under load: the files of certificate and key are replaced, renamed over, swapped one after the other, removed, cut in the middle, or paired wrongly. A good pair must be served within seconds without breaking a connection; with a broken one the old pair serves on.',
  lacks: () => lacksCommand('openssl', 'version'),
  async run({ random, model, folder, sized }) {
    const pairs = Array.from({ length: sized({ short: 2, usual: 4, long: 4 }) }, (_, number) =>
      // Names of their own: clients look for who has signed a certificate by its name.
      makeCertificate({ dir: folder, cn: `bridge-${number}.example` }),
    );
    const trusted = pairs.map(({ certPath }) => readFileSync(certPath));
    const used = { certPath: join(folder, 'used', 'cert.pem'), keyPath: join(folder, 'used', 'key.pem') };
    mkdirSync(join(folder, 'used'));
    const [first] = pairs;
    if (!first) throw new Error('no certificate was made');
    put(first, used);
    const files = ['--tls-cert', used.certPath, '--tls-key', used.keyPath];
    await using relay = await RelayUnderTest.start({ folder, args: files, ca: () => trusted });
    const load = await Load.begin({ place: relay.place, model, random, restMs: 5 });
    let serving = first;
    const cycles = sized({ short: 2, usual: 8, long: 20 });
    const counts = { replaced: 0, broken: 0 };
    for (let cycle = 0; cycle < cycles; cycle++) {
      await load.progress(30);
      if (cycle % 2 === 1) {
        breakPair(
          used,
          pairs[(cycle + 1) % pairs.length] ?? first,
          random.pick(['cut', 'gone', 'mismatched', 'no key']),
        );
        counts.broken++;
        await pause(random.between(300, 1_000));
        const shown = await shownBy(relay);
        if (shown !== fingerprintOf(serving))
          model.violated('with a broken pair it does not serve the old certificate');
        await load.progress(10);
      }
      const next = pairs[(cycle + 1) % pairs.length] ?? first;
      put(next, used);
      counts.replaced++;
      await until(
        async () => (await shownBy(relay)) === fingerprintOf(next),
        'the new certificate is not served',
        15_000,
      );
      serving = next;
    }
    const stored = await load.settle();
    return { ...counts, stored: stored.length };
  },
};

/** As tools do that renew certificates: beside the old files, then renamed over them, one after the other. */
function put(from: MadeCertificate, to: MadeCertificate): void {
  for (const name of ['certPath', 'keyPath'] as const) {
    copyFileSync(from[name], `${to[name]}.new`);
    renameSync(`${to[name]}.new`, to[name]);
  }
}

function breakPair(
  used: MadeCertificate,
  other: MadeCertificate,
  how: 'cut' | 'gone' | 'mismatched' | 'no key',
): void {
  if (how === 'cut') writeFileSync(used.certPath, readFileSync(other.certPath).subarray(0, 200));
  if (how === 'gone') for (const path of [used.certPath, used.keyPath]) rmSync(path);
  if (how === 'mismatched') copyFileSync(other.certPath, used.certPath);
  if (how === 'no key') writeFileSync(used.keyPath, '');
}

/** The fingerprint of the certificate that a new connection is shown. */
function shownBy({ place }: RelayUnderTest): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...place, ca: place.ca?.(), servername: 'localhost' }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

function fingerprintOf({ certPath }: MadeCertificate): string {
  return new X509Certificate(readFileSync(certPath)).fingerprint256;
}
