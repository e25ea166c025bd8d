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
import { toError } from '../src-shared/bridge-error.ts';
import { bundleScheme } from './desktop/bundle-scheme.ts';
import type { KeyedFile } from './desktop/desktop-store.ts';
import type { ElectronParts } from './desktop/electron-parts.ts';
import { reportFaults } from './desktop/faults.ts';
import { thisInstallation } from './desktop/installation.ts';
import { hiddenArgument } from './desktop/login-item.ts';
import { openDesktop, type Desktop } from './desktop/open-desktop.ts';
import { claimSingleInstance } from './desktop/single-instance.ts';
import { prepareFolder } from './runtime/data-directory.ts';
import { createFileLog, type Log } from './runtime/log.ts';
import { dataDirectory, dataPaths } from './settings/paths.ts';

/** The identity under which Windows groups windows and notifications: `appId` of electron-builder.yml. */
const applicationId = 'dev.example.claude-bridge';

/** Kept for the life of the program: with the last reference the icon in the tray would go, too. */
let desktop: Desktop | undefined;

// Nothing is awaited here: Electron becomes ready only after this module has been evaluated.
const paths = dataPaths(dataDirectory(process.env, process.platform, homedir()));
try {
  prepareFolder(paths.browserDirectory);
  const directories = { data: paths.directory, browser: paths.browserDirectory };
  if (claimSingleInstance(app, directories, () => desktop?.open())) begin();
  // The other instance has been told, and opens its window.
  else app.quit();
} catch (error) {
  dialog.showErrorBox('Claude Bridge cannot start', toError(error).message);
  app.exit(1);
}

function begin(): void {
  const log = createFileLog(paths.logFile);
  reportFaults({
    process,
    dialog,
    log: (error) => log.fatal({ err: error }, 'a bug: the application stops'),
    quit: () => app.quit(),
  });
  app.enableSandbox();
  app.setAppUserModelId(applicationId);
  protocol.registerSchemesAsPrivileged([bundleScheme]);
  void app.whenReady().then(() => start(log));
}

async function start(log: Log): Promise<void> {
  const electron: ElectronParts = {
    ...{ app, BrowserWindow, clipboard, dialog, ipcMain, Menu, nativeImage, nativeTheme, Notification },
    ...{ powerMonitor, powerSaveBlocker, protocol, safeStorage, session, shell, Tray },
  };
  const started = await openDesktop({
    electron,
    updater: electronUpdater.autoUpdater,
    store: (name) => openStore(name),
    installation: thisInstallation(app, import.meta.dirname),
    paths,
    log,
  });
  desktop = started;
  const isAtLogin = process.argv.includes(hiddenArgument) || app.getLoginItemSettings().wasOpenedAtLogin;
  await started.start({ hidden: isAtLogin });
}

function openStore(name: string): KeyedFile {
  return new ElectronStore({
    name,
    cwd: paths.directory,
    configFileMode: 0o600,
    // Editors on Windows put a byte order mark in front.
    deserialize: (text) => JSON.parse(text.replace(/^\uFEFF/, '')) as Record<string, unknown>,
  });
}
