import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const dist = (path: string) => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));

/** Packages take the folders as they are, so each build has to begin with empty ones. */
describe('a build leaves nothing of the one before', () => {
  test.for([
    { folder: 'main', entries: ['cli.js', 'desktop.js', 'backup-worker.js', 'checkpoint-worker.js'] },
    { folder: 'preload', entries: ['preload.cjs'] },
    { folder: 'renderer/assets', entries: entriesOfPage() },
  ])('in dist/$folder, where everything is reached from an entry', ({ folder, entries }, context) => {
    if (!existsSync(dist(folder))) context.skip('it is not built (npm run build)');
    const files = readdirSync(dist(folder)).filter((name) => !/\.map$|^licences\.md$/.test(name));
    const reached = new Set(entries);
    // What is reached is added while it goes through them.
    for (const name of reached) {
      if (!/\.(c?js|css)$/.test(name)) continue;
      const text = readFileSync(`${dist(folder)}/${name}`, 'utf8');
      for (const file of files) if (text.includes(file)) reached.add(file);
    }
    expect(files.filter((name) => !reached.has(name))).toEqual([]);
    expect(reached.size).toBeGreaterThanOrEqual(entries.length);
  });
});

/** What the page itself names. */
function entriesOfPage(): string[] {
  if (!existsSync(dist('renderer/index.html'))) return [];
  const names = readFileSync(dist('renderer/index.html'), 'utf8').matchAll(/assets\/([\w.-]+)/g);
  return Array.from(names, ([, name = '']) => name);
}
