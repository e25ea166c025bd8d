import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Runs the application in the tray, as it was built, and ends as it ends.
 * @param {string} binary
 */
export function runElectron(binary) {
  const env = { ...process.env };
  // Set by whoever runs Electron as Node; the application would start as one, too.
  delete env['ELECTRON_RUN_AS_NODE'];
  const repository = fileURLToPath(new URL('..', import.meta.url));
  const child = spawn(binary, [repository], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    process.stderr.write(`error: ${binary} could not be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? (signal ? 1 : 0);
  });
}
