import { ApiClient } from '../../src-shared/client/api-client.ts';
import { Bridge } from '../runtime/bridge.ts';
import type { Log } from '../runtime/log.ts';
import { loadSettings } from '../settings/load.ts';
import type { DataPaths } from '../settings/paths.ts';
import { Application } from './application.ts';
import { AttentionWatch } from './attention.ts';
import { clientConnector } from './client-connector.ts';
import { DesktopChoices, DesktopMemory, openFile, type KeyedFile } from './desktop-store.ts';
import type { ElectronParts } from './electron-parts.ts';
import { EmbeddedRelay } from './embedded-relay.ts';
import { FirstRunGuide } from './first-run-guide.ts';
import { commandLineToolOf, lastingStdioServer, loginItemOf, type Installation } from './installation.ts';
import { KeptToken } from './kept-token.ts';
import { listenChoices } from '../../src-shared/listen-choices.ts';
import { listenOn, portOf } from './listening.ts';
import { RelayToken } from './relay-token.ts';
import { openScreen, type Screen } from './screen.ts';
import { TokenKeeper } from './token-keeper.ts';
import { Updates, type Updater } from './updates.ts';

export interface DesktopParts {
  electron: ElectronParts;
  updater: Updater;
  /** Opens a file of JSON values in the data directory. */
  store: (name: string) => KeyedFile;
  installation: Installation;
  paths: DataPaths;
  log: Log;
}

/** The running application. */
export interface Desktop {
  open(): void;
  start(how: { hidden: boolean }): Promise<void>;
}

/** Builds the application and connects its parts. Electron must be ready. */
export async function openDesktop(parts: DesktopParts): Promise<Desktop> {
  const { electron, updater, store, installation, paths, log } = parts;
  const problems: string[] = [];
  const choices = new DesktopChoices(openFile(() => store('config'), problems));
  const memory = new DesktopMemory(openFile(() => store('desktop'), problems));
  const keeper = new TokenKeeper({
    safeStorage: electron.safeStorage,
    platform: installation.platform,
    path: paths.protectedTokenFile,
  });
  const kept = await KeptToken.open({ keeper, file: paths.tokenFile });
  if (kept.problem !== undefined) problems.push(kept.problem);
  const version = electron.app.getVersion();
  const logError = (error: unknown) => log.error({ err: error }, 'something in the application failed');
  const changed = () => application.changed();

  const relay = new EmbeddedRelay({
    open: async () => {
      const input = { flags: {}, env: installation.env, dataDirectory: paths.directory };
      const loaded = await loadSettings(input);
      for (const warning of loaded.warnings) log.warn(warning);
      return new Bridge({ loaded, version, log, vault: kept.vault });
    },
    onChange: (status) => {
      if (status.state === 'running') attention.start();
      else attention.stop();
      screen.followRelay(status);
      changed();
    },
  });
  const api = new ApiClient({
    url: 'http://localhost',
    fetch: (input, init) => relay.fetch(new Request(input, init)),
  });
  const attention = new AttentionWatch({
    api,
    ownName: () => choices.current.name,
    unread: memory.current.unread,
    onMessage: (message) => screen.notifications.message(message),
    onStuck: (stuck) => screen.notifications.stuck(stuck),
    onChange: changed,
    onError: logError,
  });
  const stdioServer = lastingStdioServer(installation);
  const guide = new FirstRunGuide({
    relay: {
      listen: (host, port) => listenOn(relay, host, port),
      tokenRequired: () => relay.token !== undefined,
    },
    choices: () => listenChoices(relay.addresses()),
    port: () => portOf(relay),
    clients: clientConnector({
      ...{ relay, version },
      stdioServer,
      place: { ...installation, directory: installation.home },
    }),
    onChange: changed,
    onDone: () => {
      memory.remember({ firstRunDone: true, relayWanted: true });
      void relay.start();
    },
  });
  const updates: Updates = new Updates({
    updater,
    unsupported: installation.isPackaged
      ? undefined
      : 'This is a development build, which is updated by its source.',
    onChange: changed,
    onInstall: () => application.stop(),
  });
  const application: Application = new Application({
    ...{ version, platform: installation.platform, dataDirectory: paths.directory },
    ...{ relay, attention, choices, memory, updates, guide, stdioServer },
    login: loginItemOf(installation, electron.app),
    tool: commandLineToolOf(installation),
    token: new RelayToken({ relay, kept }),
    show: (state) => screen.show(state),
    log: logError,
  });
  const screen: Screen = openScreen({
    electron,
    installation,
    application,
    api,
    log,
    logFile: paths.logFile,
  });
  for (const problem of problems) application.report(problem);
  return {
    open: () => screen.window.open(),
    start: async ({ hidden }) => {
      const isFirstRun = !memory.current.firstRunDone;
      if (!hidden || isFirstRun) screen.window.open();
      await application.start();
    },
  };
}
