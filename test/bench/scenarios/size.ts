import { readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { decimal } from '../figures.ts';
import type { Scenario } from '../scenario.ts';

interface Size {
  files: number;
  bytes: number;
  gzipped: number;
}

/** What a browser has to load for the page, and what is installed. */
export const size: Scenario = {
  name: 'size',
  run: ({ program }) => {
    const built = dirname(dirname(program));
    const sizes = {
      'page: scripts': sizeOf(join(built, 'renderer'), ['.js']),
      'page: styles': sizeOf(join(built, 'renderer'), ['.css']),
      'page: fonts': sizeOf(join(built, 'renderer'), ['.woff2']),
      'relay and command line': sizeOf(join(built, 'main'), ['.js']),
    };
    return Promise.resolve({
      title: 'Size',
      method:
        'Of the built files, and of the same compressed with gzip, each by itself. A view of the page that is not opened is not loaded.',
      tables: [
        {
          columns: ['', 'files', 'KB', 'KB gzipped'],
          rows: Object.entries(sizes).map(([what, { files, bytes, gzipped }]) => [
            what,
            String(files),
            decimal(bytes / 1024, 0),
            decimal(gzipped / 1024, 0),
          ]),
        },
      ],
      aims: [],
      samples: sizes,
    });
  },
};

function sizeOf(folder: string, extensions: readonly string[]): Size {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    extensions.includes(extname(name)),
  );
  const contents = files.map((name) => readFileSync(join(folder, name)));
  return {
    files: files.length,
    bytes: contents.reduce((sum, { length }) => sum + length, 0),
    gzipped: contents.reduce((sum, content) => sum + gzipSync(content).length, 0),
  };
}
