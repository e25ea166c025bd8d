import { join } from 'node:path';
import type { ApiClient } from '../../src-shared/client/api-client.ts';
import type { BridgeStatus } from '../../src-shared/bridge-status.ts';
import type { DesktopState } from '../../src-shared/desktop-state.ts';
import { withoutFlags } from '../../src-shared/text.ts';
import { dashboardFolder } from '../runtime/dashboard-folder.ts';
import type { Log } from '../runtime/log.ts';
import { applicationMenu } from './app-menu.ts';
import type { Application } from './application.ts';
import { bundleScheme } from './bundle-scheme.ts';
import type { ElectronParts } from './electron-parts.ts';
import { confine, refusePermissions } from './hardening.ts';
import type { Installation } from './installation.ts';
import { hostCalls } from './ipc-host.ts';
import { MainWindow } from './main-window.ts';
import { Notifications } from './notifications.ts';
import { openLink } from './open-link.ts';
import { pageCalls } from './page-calls.ts';
import { pairingCode } from './pairing-code.ts';
import { followPower, KeepAwake } from './power.ts';
import { quitInOrder } from './quit.ts';
import { serveBundle } from './serve-bundle.ts';
import { TrayHandle } from './tray.ts';
import { obeyTray } from './tray-commands.ts';
import { unreadMessages } from './tray-look.ts';
import { capitalised } from './words.ts';

export interface ScreenParts {
  electron: ElectronParts;
  installation: Installation;
  application: Application;
  api: ApiClient;
  log: Log;
  logFile: string;
}

/** What is seen of the application: tray, window, notifications, badge. */
export interface Screen {
  window: MainWindow;
  notifications: Notifications;
  show(state: DesktopState): void;
  /** Says that the relay does not run, when it was to and nobody looks. */
  followRelay(status: BridgeStatus): void;
}

/** Puts the application on the screen, and connects it with what the system says and asks. */
export function openScreen({ electron, installation, application, api, log, logFile }: ScreenParts): Screen {
  const { app, BrowserWindow, clipboard, dialog, ipcMain, Menu, nativeImage, nativeTheme, shell, Tray } =
    electron;
  const { platform, env, bundle, resources, icon } = installation;
  const { relay, attention, choices, memory } = application.parts;
  const onError = (error: unknown) => log.error({ err: error }, 'something on the screen failed');

  const notifications = new Notifications({
    create: (options) => new electron.Notification(options),
    isSupported: () => electron.Notification.isSupported(),
    settings: () => choices.current,
    isWatched: () => window.isFocused,
    open: (destination) => window.open(destination),
    onRefused: (reason) =>
      application.report(`The system shows no notifications of Claude Bridge: ${reason}`),
  });
  const window = new MainWindow({
    create: (options) => new BrowserWindow(options),
    preload: join(bundle, '../preload/preload.cjs'),
    icon,
    background: () => (nativeTheme.shouldUseDarkColors ? '#0d1117' : '#ffffff'),
    dock: app.dock,
    onHidden: () => {
      if (memory.current.closingExplained) return;
      memory.remember({ closingExplained: true });
      notifications.say({
        title: 'Claude Bridge is still running',
        body: 'Agents stay connected. Quit it in the menu of its icon.',
      });
    },
    onFocus: () => void application.refresh(),
    onPageGone: () => attention.pageGone(),
    onTrouble: (sentence, recovered) => {
      log.warn(sentence);
      application.report(sentence);
      if (!recovered) notifications.say({ title: 'The window of Claude Bridge', body: sentence });
    },
    onSessionEnd: () => stopNow(),
  });
  const tray = new TrayHandle(
    {
      create: (image) => new Tray(image),
      imageFrom: (path) => nativeImage.createFromPath(path),
      buildMenu: (template) => Menu.buildFromTemplate(template),
      pictures: join(resources, 'tray'),
      platform,
      // The panel of GNOME is dark in both of its themes.
      isPanelDark: () =>
        env['XDG_CURRENT_DESKTOP']?.includes('GNOME') === true ||
        nativeTheme.shouldUseDarkColorsForSystemIntegratedUI,
      act: (command) => void obeyTray(command, trayParts).catch(onError),
    },
    application.state,
  );
  const trayParts = {
    ...{ application, clipboard, dialog, shell },
    open: (destination?: Parameters<MainWindow['open']>[0]) => window.open(destination),
    log: logFile,
    pairingCode: () => pairingCode(api),
    quit: () => app.quit(),
  };
  const unreadMark = nativeImage.createFromPath(join(resources, 'tray', 'attention-light-panel.ico'));
  const keepAwake = new KeepAwake(electron.powerSaveBlocker);
  const adopt = () => {
    nativeTheme.themeSource = choices.current.theme;
    keepAwake.set(choices.current.keepAwake);
  };
  const show = (state: DesktopState) => {
    tray.show(state);
    window.tell(state);
    const unread = unreadMessages(state.attention);
    if (platform === 'win32')
      window.mark(unread > 0 ? unreadMark : null, unread > 0 ? `${unread} unread` : '');
    else app.setBadgeCount(unread);
  };

  const stopNow = quitInOrder({
    app,
    onQuitting: () => window.quitting(),
    stop: () => application.stop(),
    onError,
  });
  refusePermissions(electron.session.defaultSession);
  app.on('web-contents-created', (_event, contents) => {
    confine(contents, (address) => void openLink(address, { dialog, shell, onError }));
  });
  // Without a listener the program would end with its last window.
  app.on('window-all-closed', () => undefined);
  app.on('activate', () => window.open());
  nativeTheme.on('updated', () => application.changed());
  const folder = dashboardFolder();
  if (folder === undefined) application.report('The page of the window was never built (npm run build).');
  electron.protocol.handle(bundleScheme.scheme, (request) =>
    serveBundle(request, { folder: folder ?? '', relay: (asked) => relay.fetch(asked) }),
  );
  hostCalls({
    ipc: ipcMain,
    calls: pageCalls({
      ...{ application, api, clipboard, dialog, shell, adopt },
      log: logFile,
      onListening: () => window.listening(),
    }),
    onError: (error, call) => log.error({ err: error, call }, 'a call of the window failed'),
  });
  followPower({
    monitor: electron.powerMonitor,
    onSuspend: () => void application.attempt('The database could not be tidied', () => relay.checkpoint()),
    onResume: () => void application.attempt('The relay could not be looked at', () => relay.awake()),
    onShutdown: () => app.quit(),
  });
  const menu = applicationMenu(platform);
  Menu.setApplicationMenu(menu && Menu.buildFromTemplate(menu));
  adopt();
  if (platform === 'win32') window.prepare();
  let saidError: string | undefined;
  const followRelay = ({ error }: BridgeStatus) => {
    const sentence = error && capitalised(withoutFlags(error.message));
    if (sentence && sentence !== saidError && !window.isVisible) {
      notifications.say({
        title: 'The relay is not running',
        body: sentence,
        destination: { view: 'settings' },
      });
    }
    saidError = sentence ?? undefined;
  };
  return { window, notifications, show, followRelay };
}
