// `npm run desktop`: fetches Electron's binary if it is not there, then starts the tray application.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { electronBinary, electronVersion } from './electron-binary.js';
import { runElectron } from './run-electron.js';

const installer = fileURLToPath(new URL('../node_modules/electron/install.js', import.meta.url));

if (electronBinary(process.env) === undefined) {
  const version = electronVersion();
  process.stderr.write(`Fetching Electron ${version} …\n`);
  const { status, stderr } = spawnSync(process.execPath, [installer], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status !== 0) {
    process.stderr.write(
      `error: Electron ${version} could not be fetched from github.com: ${firstLine(stderr)}. Fetch electron-v${version} ` +
        'for this system in another way, unpack it, and set ELECTRON_OVERRIDE_DIST_PATH to its folder. The relay runs without it: npm start\n',
    );
  }
}
const binary = electronBinary(process.env);
if (binary === undefined) process.exitCode = 1;
else runElectron(binary);

/** @param {Buffer} output */
function firstLine(output) {
  return (
    output
      .toString()
      .split('\n')
      .find((line) => line.trim() !== '') ?? 'no reason given'
  );
}
