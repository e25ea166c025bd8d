import { toError } from '../../src-shared/bridge-error.ts';
import type { LoadedSettings } from '../settings/load.ts';
import { banner } from './banner.ts';
import { Bridge } from './bridge.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { createLog, type Log } from './log.ts';
import { sharedToken } from './shared-token.ts';

/** Runs the relay until it is asked to stop. Resolves with the exit code. */
export async function serve(loaded: LoadedSettings, { version }: { version: string }): Promise<number> {
  const log = await createLog(loaded.settings.logLevel);
  for (const warning of loaded.warnings) log.warn(warning);
  prepareDataDirectory(loaded.paths);
  const shared = sharedToken(loaded);
  const bridge = new Bridge({ loaded, token: shared.token, version, log });
  const starting = bridge.start();
  // Signals count from here on: whoever reads the banner or the runtime file may send one at once.
  const stopped = untilStopped(bridge, { starting, log });
  await starting;
  process.stdout.write(banner({ bridge, version, shared, terminal: process.stdout.isTTY }));
  log.info({ port: bridge.port, pid: process.pid }, 'the relay is running');
  return stopped;
}

/** SIGINT and SIGTERM stop in order, a second one at once; SIGHUP reads the settings again. */
function untilStopped(
  bridge: Bridge,
  { starting, log }: { starting: Promise<void>; log: Log },
): Promise<number> {
  return new Promise((resolve) => {
    let exitCode: number | undefined;
    const stop = (code: number) => {
      if (exitCode !== undefined) process.exit(code === 0 ? 130 : code);
      exitCode = code;
      starting
        .then(() => bridge.stop())
        .then(
          () => {
            log.info('the relay has stopped');
            resolve(code);
          },
          (error: unknown) => {
            log.fatal({ err: error }, 'the relay could not stop in order');
            resolve(1);
          },
        );
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(0));
    process.on('SIGHUP', () => {
      bridge.reload().catch((error: unknown) => {
        log.error(`settings not read again, everything stays as it was: ${toError(error).message}`);
      });
    });
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(event, (error: unknown) => {
        log.fatal({ err: error }, 'a bug: the relay stops');
        stop(1);
      });
    }
  });
}
