import { homedir } from 'node:os';
import { nativeImage, shell } from 'electron/common';
import {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  session,
  Tray,
} from 'electron/main';
import ElectronStore from 'electron-store';
import electronUpdater from 'electron-updater';
import { bundleScheme } from './desktop/bundle-scheme.ts';
import type { ElectronParts } from './desktop/electron-parts.ts';
import { reportFaults } from './desktop/faults.ts';
import { thisInstallation } from './desktop/installation.ts';
import { hiddenArgument } from './desktop/login-item.ts';
import { openDesktop, type Desktop } from './desktop/open-desktop.ts';
import { claimSingleInstance } from './desktop/single-instance.ts';
import { prepareFolder } from './runtime/data-directory.ts';
import { createFileLog } from './runtime/log.ts';
import { dataDirectory, dataPaths } from './settings/paths.ts';

/** The identity under which Windows groups windows and notifications: `appId` of electron-builder.yml. */
const applicationId = 'dev.example.claude-bridge';

// Nothing is awaited here: Electron becomes ready only after this module has been evaluated.
const paths = dataPaths(dataDirectory(process.env, process.platform, homedir()));
prepareFolder(paths.browserDirectory);
const log = createFileLog(paths.logFile);
reportFaults({
  process,
  dialog,
  log: (error) => log.fatal({ err: error }, 'a bug: the application stops'),
  quit: () => app.quit(),
});

/** Kept for the life of the program: with the last reference the icon in the tray would go, too. */
let desktop: Desktop | undefined;
const isFirst = claimSingleInstance(app, { data: paths.directory, browser: paths.browserDirectory }, () =>
  desktop?.open(),
);
if (isFirst) {
  app.enableSandbox();
  app.setAppUserModelId(applicationId);
  protocol.registerSchemesAsPrivileged([bundleScheme]);
  void app.whenReady().then(start);
} else {
  // The other instance has been told, and opens its window.
  app.quit();
}

async function start(): Promise<void> {
  const electron: ElectronParts = {
    ...{ app, BrowserWindow, clipboard, dialog, ipcMain, Menu, nativeImage, nativeTheme, Notification },
    ...{ powerMonitor, powerSaveBlocker, protocol, safeStorage, session, shell, Tray },
  };
  const started = await openDesktop({
    electron,
    updater: electronUpdater.autoUpdater,
    store: (name) => new ElectronStore({ name, cwd: paths.directory, configFileMode: 0o600 }),
    installation: thisInstallation(app, import.meta.dirname),
    paths,
    log,
  });
  desktop = started;
  const isAtLogin = process.argv.includes(hiddenArgument) || app.getLoginItemSettings().wasOpenedAtLogin;
  await started.start({ hidden: isAtLogin });
}
