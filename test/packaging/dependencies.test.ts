import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** What we build on, looked at without asking anybody: where it comes from, what it may run, and under which licences it is passed on. */

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

interface LockedPackage extends Manifest {
  version: string;
  resolved?: string;
  integrity?: string;
  license?: string;
  link?: boolean;
  inBundle?: boolean;
  dev?: boolean;
  hasInstallScript?: boolean;
}

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const readJson = (path: string): unknown => JSON.parse(readFileSync(file(path), 'utf8'));

const manifest = readJson('package.json') as Manifest;
const { lockfileVersion, packages } = readJson('package-lock.json') as {
  lockfileVersion: number;
  packages: Record<string, LockedPackage>;
};
const libraries = Object.entries(packages).filter(([path]) => path !== '');

/** Those that run something when they are installed here, for development only. Nothing in a package of ours does. */
const installScripts = ['@modelcontextprotocol/inspector', 'electron-winstaller'];

/** Licences under which something in our packages may stand: none asks more than to be named. */
const allowedLicences = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
]);

describe('the lockfile', () => {
  test('pins what package.json asks for', () => {
    expect(lockfileVersion).toBe(3);
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'] as const) {
      expect(packages['']?.[kind]).toEqual(manifest[kind]);
      for (const name of Object.keys(manifest[kind] ?? {})) {
        expect(packages[`node_modules/${name}`]?.version, name).toMatch(/^\d+\.\d+\.\d+/);
      }
    }
  });

  test('knows the content of every package by a strong digest', () => {
    const weak = libraries.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''));
    expect(weak.map(([path]) => path)).toEqual([]);
  });

  test('takes everything from one registry, and nothing from a folder, an archive or a repository', () => {
    const hosts = new Set(libraries.map(([, { resolved }]) => resolved && new URL(resolved).origin));
    expect(hosts.size).toBe(1);
    const [host] = hosts;
    if (host !== undefined) expect(host).toMatch(/^https:/);
    expect(libraries.filter(([, { link, inBundle }]) => link ?? inBundle)).toEqual([]);
    const asked = Object.values(packages).flatMap(({ dependencies, devDependencies, optionalDependencies }) =>
      Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }),
    );
    // A range names versions of a package of this name; a colon or slash would name a place, or another package.
    expect(asked.filter(([, range]) => /[:/]/.test(range))).toEqual([]);
  });

  test('has no package that runs something when it is installed, but for these', () => {
    const running = libraries.filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(running.map(([path]) => path.slice('node_modules/'.length)).toSorted()).toEqual(installScripts);
    expect(running.every(([, { dev }]) => dev)).toBe(true);
  });

  test('says the same of scripts as the packages that lie here', () => {
    const present = libraries.filter(([path]) => existsSync(file(`${path}/package.json`)));
    expect(present.length).toBeGreaterThan(500);
    const running = present.filter(([path]) => {
      const { scripts = {} } = readJson(`${path}/package.json`) as { scripts?: Record<string, string> };
      return ['preinstall', 'install', 'postinstall'].some((name) => scripts[name] !== undefined);
    });
    expect(running.map(([path]) => path.slice('node_modules/'.length)).toSorted()).toEqual(installScripts);
  });
});

describe('what our packages hold', () => {
  test('of what is installed beside the bundle is one library', () => {
    expect(Object.keys(manifest.dependencies ?? {})).toEqual(['better-sqlite3']);
    const installed = libraries.filter(([, { dev }]) => !dev);
    expect(installed.map(([, { license }]) => license).filter((name) => !isAllowed(name))).toEqual([]);
  });

  test.for(['dist/main/licences.md', 'dist/renderer/licences.md'])(
    'of %s stands under a licence that allows it',
    (path, context) => {
      if (!existsSync(file(path))) context.skip('it is not built (npm run build)');
      const bundled = readFileSync(file(path), 'utf8').matchAll(/^## (\S+) - (\S+) \((.+)\)$/gm);
      const found = Array.from(bundled, ([, name, version, licence]) => ({ name, version, licence }));
      expect(found.length).toBeGreaterThan(4);
      expect(found.filter(({ licence }) => !isAllowed(licence))).toEqual([]);
      const locked = new Set(libraries.map(([at, { version }]) => `${nameAt(at)}@${version}`));
      expect(found.filter(({ name = '', version = '' }) => !locked.has(`${name}@${version}`))).toEqual([]);
    },
  );

  test.for(['dist/main/licences.md', 'dist/renderer/licences.md'])(
    'of %s has the text of its licence there',
    (path, context) => {
      if (!existsSync(file(path))) context.skip('it is not built (npm run build)');
      const sections = readFileSync(file(path), 'utf8')
        .split(/^## (?=\S+ - \S+(?: \(.+\))?$)/m)
        .slice(1);
      expect(sections.length).toBeGreaterThan(4);
      // The shortest of them, ISC, has some 700 characters.
      const isShort = (section: string) => section.slice(section.indexOf('\n')).trim().length < 500;
      expect(sections.filter(isShort)).toEqual([]);
      expect(sections.filter((section) => !/copyright|contributor/i.test(section))).toEqual([]);
    },
  );
});

function isAllowed(licence: string | undefined): boolean {
  return licence !== undefined && allowedLicences.has(licence);
}

/** The name of the package that lies at a path such as `node_modules/a/node_modules/@b/c`. */
function nameAt(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}
