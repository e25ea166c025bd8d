import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

/** What stands at the head of each library in the list that Vite writes. */
const heading = /^## (\S+) - (\S+) \((.+)\)$/m;

const folder = new URL('../node_modules/', import.meta.url);

/** Who holds the rights, where the sources of a package say more than its package.json. */
const holders: Readonly<Record<string, string>> = {
  'yoga-layout': 'Meta Platforms, Inc. and affiliates.',
};

/** The standard texts, by their SPDX identifiers, of licences that are as short as that. */
const texts: Readonly<Record<string, (holder: string) => string>> = {
  MIT: (holder) => `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files
(the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge,
publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so,
subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE
FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION
WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`,
};

/**
 * Adds to the list of licences the texts of those libraries that ship none: the standard text of what they declare, with the
 * holder whom they name, and a note that says so. A library of which that cannot be told ends the build.
 */
export function completeLicences(): Plugin {
  return {
    name: 'complete-licences',
    writeBundle: {
      order: 'post',
      handler() {
        const { license, outDir } = this.environment.config.build;
        if (typeof license !== 'object') return;
        const path = resolve(this.environment.config.root, outDir, license.fileName);
        writeFileSync(path, completed(readFileSync(path, 'utf8')));
      },
    },
  };
}

/** @returns the list with a text below each heading */
function completed(list: string): string {
  // The heading itself is kept: a part of it that is in brackets would come as a part of the list.
  const [head = '', ...sections] = list.split(/^(?=## \S+ - \S+(?: \(.+\))?$)/m);
  return [head, ...sections.map(completedSection)].join('');
}

function completedSection(section: string): string {
  const [first = '', ...text] = section.split('\n');
  if (text.join('').trim() !== '') return section;
  const [, name = first, version, licence = ''] = heading.exec(first) ?? [];
  const holder = holders[name] ?? authorOf(name, version);
  const standard = texts[licence];
  if (holder === undefined || !standard) {
    throw new Error(`${name} ships no text of its licence: find it, and add it to scripts/licences.ts`);
  }
  const note = `The package ships no text of its licence. This is the standard text of ${licence}, which it declares, with the holder whom it names.`;
  return `${first}\n\n${note}\n\n${standard(holder)}\n\n`;
}

function authorOf(name: string, version: string | undefined): string | undefined {
  const manifest = fileURLToPath(new URL(`${name}/package.json`, folder));
  const found = JSON.parse(readFileSync(manifest, 'utf8')) as {
    version: string;
    author?: string | { name: string };
  };
  if (found.version !== version) return undefined;
  const author = typeof found.author === 'object' ? found.author.name : found.author;
  // Addresses of mail and pages are no part of the name.
  return author?.replace(/\s*[<(].*$/, '');
}
