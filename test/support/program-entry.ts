import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * What the tests run: the bundle, if it is newer than the sources, else the sources. The variable
 * CLAUDE_BRIDGE_TEST_BUNDLE=0 insists on the sources.
 */
export function chooseProgramEntry(): string {
  const sources = join(root, 'src-main/cli.ts');
  const bundle = join(root, 'dist/main/cli.js');
  if (process.env['CLAUDE_BRIDGE_TEST_BUNDLE'] === '0' || !existsSync(bundle)) return sources;
  const built = statSync(bundle).mtimeMs;
  return newestIn('src-main') <= built && newestIn('src-shared') <= built ? bundle : sources;
}

function newestIn(folder: string): number {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((newest, { parentPath, name }) => Math.max(newest, statSync(join(parentPath, name)).mtimeMs), 0);
}
