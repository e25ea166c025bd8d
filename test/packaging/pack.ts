import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { scratchDirectory } from '../support/program.ts';
import { layStubElectron, type System } from './stub-electron.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** A bundle as the build lays it out; what is in the files does not matter to a packager. */
const bundle = [
  'dist/main/cli.js',
  'dist/main/cli.js.map',
  'dist/main/desktop.js',
  'dist/preload/preload.cjs',
  'dist/renderer/index.html',
];

export interface Packed {
  /** What a user unpacks: the folder, or the `.app` on macOS. */
  root: string;
  resources: string;
  /** The binary that starts. */
  executable: string;
}

/** A project of its own with what is ours, so that nothing is written into the repository. */
export function layProject(): string {
  const project = scratchDirectory();
  for (const name of ['package.json', 'electron-builder.yml', 'build', 'LICENSE']) {
    cpSync(join(repository, name), join(project, name), { recursive: true });
  }
  for (const library of ['better-sqlite3', 'node-addon-api']) {
    const from = join(repository, 'node_modules', library);
    cpSync(from, join(project, 'node_modules', library), { recursive: true, dereference: true });
  }
  for (const file of bundle) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), '// built\n');
  }
  return project;
}

/** Runs electron-builder on a stand-in for Electron. Targets that need downloads (dmg, NSIS, AppImage, deb) are left out. */
export async function pack(project: string, system: System, arch: 'x64' | 'arm64'): Promise<Packed> {
  const stub = join(project, `electron-${system}`);
  layStubElectron(system, stub);
  const cli = join(repository, 'node_modules/electron-builder/cli.js');
  await promisify(execFile)(
    process.execPath,
    [
      ...[cli, '--dir', `--${system}`, `--${arch}`, '--publish', 'never'],
      `-c.electronDist=${stub}`,
      '-c.electronVersion=45.4.1',
      `-c.directories.output=release-${system}-${arch}`,
      // The stand-in is no Windows program, whose resources could be edited.
      ...(system === 'win' ? ['-c.win.signAndEditExecutable=false', '-c.disableAsarIntegrity=true'] : []),
    ],
    { cwd: project },
  );
  return locate(join(project, `release-${system}-${arch}`), system);
}

function locate(output: string, system: System): Packed {
  const folder = readdirSync(output).find((name) => /^(?:linux|mac|win)/.test(name)) ?? '';
  const root = join(output, folder);
  switch (system) {
    case 'linux':
      return { root, resources: join(root, 'resources'), executable: join(root, 'claude-bridge-desktop') };
    case 'win':
      return { root, resources: join(root, 'resources'), executable: join(root, 'Claude Bridge.exe') };
    case 'mac': {
      const app = join(root, 'Claude Bridge.app');
      return { root: app, resources: join(app, 'Contents/Resources'), executable: app };
    }
  }
}

/** The files below `folder`, with slashes, sorted. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .sort();
}
