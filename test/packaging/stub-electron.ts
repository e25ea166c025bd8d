import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** How @electron/fuses finds the switches in Electron's binary: a mark, the version, their number, and their states. */
const fuseWire = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX', 'latin1'),
  Buffer.from([1, 9]),
  Buffer.from('101100001', 'latin1'),
]);
const binary = Buffer.concat([Buffer.from('not Electron, but a stand-in\n'), fuseWire]);

export const systems = ['linux', 'mac', 'win'] as const;
export type System = (typeof systems)[number];

/** Lays out the files of Electron that a packager touches, without Electron in them. */
export function layStubElectron(system: System, folder: string): void {
  for (const [path, content] of Object.entries(trees[system]())) {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content, { mode: content === binary ? 0o755 : 0o644 });
  }
}

type Tree = Readonly<Record<string, string | Buffer>>;

const common: Tree = {
  LICENSE: 'licence',
  'LICENSES.chromium.html': 'licences',
  version: '45.4.1',
};

const trees: Record<System, () => Tree> = {
  linux: () => ({
    ...common,
    electron: binary,
    'chrome-sandbox': binary,
    chrome_crashpad_handler: binary,
    'locales/en-US.pak': 'pak',
  }),
  win: () => ({
    ...common,
    'electron.exe': binary,
    'locales/en-US.pak': 'pak',
  }),
  mac: () => {
    const contents = 'Electron.app/Contents';
    const helpers = ['', ' (GPU)', ' (Plugin)', ' (Renderer)'].map((kind) => `Electron Helper${kind}`);
    return {
      ...common,
      [`${contents}/Info.plist`]: plist('Electron', 'com.github.Electron'),
      [`${contents}/MacOS/Electron`]: binary,
      [`${contents}/Frameworks/Electron Framework.framework/Electron Framework`]: binary,
      [`${contents}/Resources/electron.icns`]: 'icns',
      ...Object.fromEntries<string | Buffer>(
        helpers.flatMap((helper) => [
          [
            `${contents}/Frameworks/${helper}.app/Contents/Info.plist`,
            plist(helper, 'com.github.Electron.helper'),
          ],
          [`${contents}/Frameworks/${helper}.app/Contents/MacOS/${helper}`, binary],
        ]),
      ),
    };
  },
};

function plist(executable: string, id: string): string {
  const values = {
    CFBundleExecutable: executable,
    CFBundleIdentifier: id,
    CFBundleName: executable,
    CFBundleDisplayName: executable,
    CFBundlePackageType: 'APPL',
  };
  const pairs = Object.entries(values).map(([key, value]) => `<key>${key}</key><string>${value}</string>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>${pairs.join('')}</dict></plist>
`;
}
