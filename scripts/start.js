// `npm start`: the tray application where it can run, else the relay alone. Plain JavaScript, so that an old Node gets far
// enough to be told what it lacks.
import { electronBinary, reasonForHeadless } from './electron-binary.js';
import { runElectron } from './run-electron.js';

const { env, platform } = process;
const binary = electronBinary(env);
const reason = reasonForHeadless({ args: process.argv.slice(2), env, platform, binary });
if (reason === undefined) {
  process.stderr.write('Starting the tray application.\n');
  runElectron(binary);
} else {
  process.stderr.write(`Running headless: ${reason}.\n`);
  await import('../dist/main/cli.js');
}
