import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { errorStatus } from '../../src-shared/bridge-error.ts';

/** The wire specification is cited by the code, so it must have what is cited. */

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(join(root, 'docs/protocol.md'), 'utf8');
const sections = new Set(Array.from(page.matchAll(/^#{2,3} (\d+(?:\.\d+)?) /gm), ([, number]) => number));

test('its table has every error code with its status, and no other', () => {
  const rows = page.matchAll(/^\| `([a-z_]+)` +\| (\d{3}) +\|/gm);
  expect(Object.fromEntries(Array.from(rows, ([, code, status]) => [code, Number(status)]))).toEqual(
    errorStatus,
  );
});

describe('every section that is cited exists', () => {
  test.each(['src-main', 'src-shared', 'src-renderer', 'test', 'scripts'])('in %s', (folder) => {
    expect(citedIn(folder).filter(({ section }) => !sections.has(section))).toEqual([]);
  });

  test('and some are cited', () => {
    expect(citedIn('src-main').length).toBeGreaterThan(20);
  });
});

interface Citation {
  file: string;
  section: string;
}

/** The sections named behind "wire specification", e.g. "7.4, 7.5" and "1.2 and 1.3". */
function citedIn(folder: string): Citation[] {
  return sourcesIn(folder).flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8').replace(/\n\s*(?:\*|\/\/) ?/g, ' ');
    const citations = text.matchAll(/wire specification,? ((?:\d+(?:\.\d+)?(?:, | and |–)?)+)/g);
    return Array.from(citations, ([, numbers = '']) => numbers.match(/\d+(?:\.\d+)?/g) ?? [])
      .flat()
      .map((section) => ({ file, section }));
  });
}

function sourcesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|svelte)$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length));
}
