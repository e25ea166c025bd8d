import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmPack } from './npm.ts';

/**
 * `npm run pack`: the package for npm, from what has been built, as `release/claude-bridge-<version>.tgz`. It is made in a
 * folder of its own, because its package.json is not that of the repository: no development, and no Node of its own.
 */

const root = fileURLToPath(new URL('../', import.meta.url));

/** What a package needs to be found, installed and run. npm leaves out what `files` excludes. */
const publishedKeys = [
  'name',
  'version',
  'description',
  'license',
  'author',
  'type',
  'bin',
  'files',
  'engines',
  'dependencies',
] as const;

interface Manifest extends Record<string, unknown> {
  files: string[];
}

/** @returns the path of the package */
export function pack(destination: string): string {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const stage = mkdtempSync(join(tmpdir(), 'claude-bridge-pack-'));
  try {
    const published = Object.fromEntries(publishedKeys.map((key) => [key, manifest[key]]));
    writeFileSync(join(stage, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`);
    for (const path of ['README.md', 'LICENSE', ...manifest.files]) {
      if (!path.startsWith('!')) cpSync(join(root, path), join(stage, path), { recursive: true });
    }
    mkdirSync(destination, { recursive: true });
    return join(destination, npmPack(stage, destination));
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

if (import.meta.main) process.stdout.write(`${pack(resolve(root, 'release'))}\n`);
