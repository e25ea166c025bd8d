import type {
  BrowserWindow,
  BrowserWindowConstructorOptions,
  CustomScheme,
  IpcMain,
  IpcMainInvokeEvent,
  Menu,
  NotificationConstructorOptions,
  Protocol,
  Session,
} from 'electron/main';
import type { NativeImage } from 'electron/common';
import type { ElectronParts } from '../../../src-main/desktop/electron-parts.ts';
import { AppDouble, type AppOptions } from './app.ts';
import { BrowserWindowDouble } from './browser-window.ts';
import { Emitter, strict } from './emitter.ts';
import * as system from './system.ts';

type InvokeHandler = Parameters<IpcMain['handle']>[1];

/**
 * A stand-in for Electron's main process. Each part is checked against the types of the real one, refuses what the real
 * one would refuse, and has nothing that the application does not use.
 */
export class ElectronDouble {
  readonly app: AppDouble;
  readonly windows: BrowserWindowDouble[] = [];
  readonly trays: system.TrayDouble[] = [];
  readonly notifications: system.NotificationDouble[] = [];
  readonly dialog = new system.DialogDouble();
  readonly clipboard = new system.ClipboardDouble();
  readonly shell = new system.ShellDouble();
  readonly nativeTheme = new system.NativeThemeDouble();
  readonly powerMonitor = new system.PowerMonitorDouble();
  readonly powerSaveBlocker = new system.PowerSaveBlockerDouble();
  readonly safeStorage = new system.SafeStorageDouble();
  readonly updater = new UpdaterDouble();
  schemes: CustomScheme[] = [];
  applicationMenu: Menu | null | undefined;
  /** What the system says against notifications. */
  notificationRefusal: string | undefined;
  permissions: { request?: unknown; check?: unknown } = {};
  readonly #handlers = new Map<string, InvokeHandler>();
  readonly #protocols = new Map<string, (request: Request) => Response | Promise<Response>>();

  constructor({ platform = 'linux', isPackaged = false, isFirst = true }: Partial<AppOptions> = {}) {
    this.app = new AppDouble({ platform, isPackaged, isFirst });
  }

  /** The window that is there now. */
  get window(): BrowserWindowDouble {
    const window = this.windows.findLast((one) => !one.isDestroyed());
    if (!window) throw new Error('no window is open');
    return window;
  }

  get tray(): system.TrayDouble {
    const [tray] = this.trays;
    if (!tray) throw new Error('no icon is in the tray');
    return tray;
  }

  /** What the window's page would get from its own scheme. */
  request(path: string, init?: RequestInit): Promise<Response> {
    const handle = this.#protocols.get('app');
    if (!handle) throw new Error('nobody serves the scheme app:');
    return Promise.resolve(handle(new Request(new URL(path, 'app://bundle/'), init)));
  }

  /** Calls the main process as a page would: both ways, only what can be cloned gets through. */
  async invoke(channel: string, payload?: unknown, frame: FrameDouble = ourFrame): Promise<unknown> {
    const handler = this.#handlers.get(channel);
    if (!handler) throw new Error(`No handler registered for '${channel}'`);
    const event = { senderFrame: frame } as unknown as IpcMainInvokeEvent;
    return structuredClone(await (handler(event, structuredClone(payload)) as Promise<unknown>));
  }

  /** All of it, as the entry would import it. */
  get parts(): ElectronParts {
    const parts = {
      app: this.app.exported,
      clipboard: this.clipboard.exported,
      dialog: this.dialog.exported,
      nativeTheme: this.nativeTheme.exported,
      powerMonitor: this.powerMonitor.exported,
      powerSaveBlocker: this.powerSaveBlocker.exported,
      safeStorage: this.safeStorage.exported,
      shell: this.shell.exported,
      nativeImage: strict('nativeImage', { createFromPath: system.imageFrom }),
      BrowserWindow: this.#constructing((options: BrowserWindowConstructorOptions) => {
        const window = new BrowserWindowDouble(this.app, options);
        this.windows.push(window);
        return window.exported as unknown as BrowserWindow;
      }),
      Tray: this.#constructing((image: NativeImage) => {
        if (!this.app.isReady) throw new Error('Cannot create Tray before app is ready');
        const tray = new system.TrayDouble(image);
        this.trays.push(tray);
        return tray.exported;
      }),
      Notification: Object.assign(
        this.#constructing((options: NotificationConstructorOptions) => {
          const notification = new system.NotificationDouble(options, this.notificationRefusal);
          this.notifications.push(notification);
          return notification.exported;
        }),
        { isSupported: () => true },
      ),
      Menu: strict('Menu', {
        buildFromTemplate: system.buildMenu,
        setApplicationMenu: (menu: Menu | null) => {
          this.applicationMenu = menu;
        },
      } satisfies Pick<typeof Menu, 'buildFromTemplate' | 'setApplicationMenu'>),
      ipcMain: strict('ipcMain', {
        handle: (channel, handler) => {
          if (this.#handlers.has(channel)) {
            throw new Error(`Attempted to register a second handler for '${channel}'`);
          }
          this.#handlers.set(channel, handler);
        },
        // electron-store listens for pages that use it, of which there are none.
        on: new Emitter('ipcMain', ['electron-store-get-data']).on,
      } satisfies Pick<IpcMain, 'handle' | 'on'>),
      protocol: strict('protocol', {
        registerSchemesAsPrivileged: (schemes) => {
          if (this.app.isReady) {
            throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
          }
          this.schemes = schemes;
        },
        handle: (scheme, handler) => {
          if (this.#protocols.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
          this.#protocols.set(scheme, handler);
        },
      } satisfies Pick<Protocol, 'handle' | 'registerSchemesAsPrivileged'>),
      session: strict('session', { defaultSession: this.#session }),
    };
    return parts as unknown as ElectronParts;
  }

  readonly #session = strict('session', {
    setPermissionRequestHandler: (handler) => {
      this.permissions.request = handler;
    },
    setPermissionCheckHandler: (handler) => {
      this.permissions.check = handler;
    },
  } satisfies Pick<Session, 'setPermissionCheckHandler' | 'setPermissionRequestHandler'>);

  /** Something that is called with `new` and returns a double. */
  #constructing<A, T extends object>(make: (argument: A) => T): new (argument: A) => T {
    return function (argument: A) {
      return make(argument);
    } as unknown as new (argument: A) => T;
  }
}

export interface FrameDouble {
  url: string;
  parent: FrameDouble | null;
}

export const ourFrame: FrameDouble = { url: 'app://bundle/index.html', parent: null };

/** electron-updater, which asks a server in the real world. */
export class UpdaterDouble {
  readonly emitter = new Emitter('autoUpdater', [
    ...['update-available', 'update-not-available', 'download-progress', 'update-downloaded', 'error'],
  ]);
  readonly calls: string[] = [];
  autoDownload = true;
  autoInstallOnAppQuit = true;
  logger: unknown = console;
  /** The newest version there is; undefined if this one is it. */
  newest: string | undefined;
  failure: Error | undefined;
  readonly on = this.emitter.on;

  checkForUpdates(): Promise<never> {
    this.calls.push('check');
    if (this.failure) return Promise.reject(this.failure);
    if (this.newest === undefined) this.emitter.emit('update-not-available', {});
    else this.emitter.emit('update-available', { version: this.newest });
    return Promise.resolve({} as never);
  }

  downloadUpdate(): Promise<string[]> {
    this.calls.push('download');
    this.emitter.emit('download-progress', { percent: 41.7 });
    this.emitter.emit('update-downloaded', { version: this.newest });
    return Promise.resolve([]);
  }

  quitAndInstall(): void {
    this.calls.push('install');
  }
}
