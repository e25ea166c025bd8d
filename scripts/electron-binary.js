import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Plain JavaScript, as everything that `npm start` needs before it knows which Node runs. Importing `electron` itself would
// begin to download it.

const installed = fileURLToPath(new URL('../node_modules/electron/', import.meta.url));

const names = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' };

/**
 * The binary of Electron that is there: one that was given by hand, else the one that was fetched; undefined if there is
 * neither.
 * @param {NodeJS.ProcessEnv} env
 */
export function electronBinary(env, platform = process.platform, folder = installed) {
  const name = names[platform] ?? 'electron';
  const given = env['ELECTRON_OVERRIDE_DIST_PATH'];
  const places = given ? [join(given, name)] : [join(folder, 'dist', name)];
  return places.find((path) => existsSync(path));
}

/** The version of Electron that belongs to this version of Claude Bridge. */
export function electronVersion(folder = installed) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
}

/**
 * Why the application in the tray is not started, in words; undefined if it can be.
 * @param {{ args: readonly string[], env: NodeJS.ProcessEnv, platform: NodeJS.Platform, binary: string | undefined }} world
 */
export function reasonForHeadless({ args, env, platform, binary }) {
  if (args.length > 0) return 'options were given, and those are of the relay alone';
  if (binary === undefined)
    return 'the Electron binary is not there (npm run desktop fetches it and starts the tray application)';
  const hasDisplay = Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
  if (platform === 'linux' && !hasDisplay) return 'there is no display';
  return undefined;
}
