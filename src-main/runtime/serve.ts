import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { BridgeError, toError } from '../../src-shared/bridge-error.ts';
import type { LoadedSettings } from '../settings/load.ts';
import { banner } from './banner.ts';
import { Bridge } from './bridge.ts';
import { createLog, type Log } from './log.ts';
import { letYoungSpaceGrow } from './young-space.ts';

/** Runs the relay until it is asked to stop. Resolves with the exit code. */
export async function serve(loaded: LoadedSettings, { version }: { version: string }): Promise<number> {
  const log = await createLog(loaded.settings.logLevel);
  for (const warning of loaded.warnings) log.warn(warning);
  const bridge = new Bridge({ loaded, version, log });
  const starting = bridge.start();
  // Signals count from here on: whoever reads the banner or the runtime file may send one at once.
  const stopped = untilStopped(bridge, { starting, log });
  await starting;
  letYoungSpaceGrow();
  warnOfOtherToken(bridge, { loaded, log });
  announce(bridge, version);
  log.info({ port: bridge.service?.whereabouts.port, pid: process.pid }, 'the relay is running');
  return Promise.race([stopped, untilLost(bridge)]);
}

/** The desktop application's own token is kept by the system, where this program cannot read it. */
function warnOfOtherToken(bridge: Bridge, { loaded, log }: { loaded: LoadedSettings; log: Log }): void {
  if (bridge.service?.shared.created !== true || !existsSync(loaded.paths.protectedTokenFile)) return;
  log.warn(
    'the desktop application has another token, which the system keeps for it; set authToken to have one for both',
  );
}

/** Prints the banner, and prints it again whenever the relay has moved. */
function announce(bridge: Bridge, version: string): void {
  let shown: readonly string[] = [];
  const show = () => {
    const { service } = bridge;
    const urls = service?.whereabouts.listeningAt ?? shown;
    if (!service || isDeepStrictEqual(urls, shown)) return;
    shown = urls;
    process.stdout.write(banner({ service, version, terminal: process.stdout.isTTY }));
  };
  show();
  bridge.onChange(show);
}

/** Rejects when the relay ends by itself, with what the status says about it. */
function untilLost(bridge: Bridge): Promise<never> {
  return new Promise((_resolve, reject) => {
    bridge.onChange(({ error }) => {
      if (error) reject(new BridgeError(error.code, error.message));
    });
  });
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
