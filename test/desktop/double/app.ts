import { existsSync } from 'node:fs';
import type { App, Dock, LoginItemSettings } from 'electron/main';
import { Emitter, makeEvent, strict } from './emitter.ts';
import type { BrowserWindowDouble } from './browser-window.ts';

export interface AppOptions {
  platform: NodeJS.Platform;
  isPackaged: boolean;
  /** Whether no other instance runs. */
  isFirst: boolean;
}

/** Electron's `app`, with the order of things that the real one insists on. */
export class AppDouble {
  readonly emitter = new Emitter('app', [
    ...['second-instance', 'window-all-closed', 'before-quit', 'will-quit', 'quit', 'activate'],
    'web-contents-created',
  ]);
  readonly paths: Partial<Record<string, string>> = {};
  readonly windows = new Set<BrowserWindowDouble>();
  readonly dockCalls: string[] = [];
  loginItem: LoginItemSettings = {
    openAtLogin: false,
    wasOpenedAtLogin: false,
    status: 'not-registered',
    executableWillLaunchAtLogin: false,
    launchItems: [],
  };
  badge = 0;
  isReady = false;
  isSandboxed = false;
  appUserModelId: string | undefined;
  hasQuit = false;
  exitCode = 0;
  readonly #options: AppOptions;
  #becomeReady: () => void = () => undefined;
  readonly #ready = new Promise<void>((resolve) => (this.#becomeReady = resolve));
  #whenQuit: () => void = () => undefined;
  /** Resolves when the program has ended. */
  readonly quitted = new Promise<void>((resolve) => (this.#whenQuit = resolve));

  constructor(options: AppOptions) {
    this.#options = options;
  }

  /** Electron becomes ready, which it does only once the entry has been evaluated. */
  becomeReady(): void {
    this.isReady = true;
    this.#becomeReady();
  }

  get exported() {
    return strict('app', {
      isPackaged: this.#options.isPackaged,
      dock: this.#options.platform === 'darwin' ? (this.#dock as unknown as Dock) : undefined,
      on: this.emitter.on,
      whenReady: () => this.#ready,
      getVersion: () => '2.0.0-test',
      getPath: (name) => {
        const path = this.paths[name];
        if (path === undefined) throw new Error(`Failed to get '${name}' path`);
        return path;
      },
      setPath: (name, path) => {
        if (!existsSync(path)) throw new Error(`Failed to set path: ${path} does not exist`);
        this.paths[name] = path;
      },
      requestSingleInstanceLock: () => {
        if (this.paths['userData'] === undefined)
          throw new Error('the lock belongs to a directory that is not set yet');
        return this.#options.isFirst;
      },
      enableSandbox: () => {
        if (this.isReady) throw new Error('app.enableSandbox() can only be called before app is ready');
        this.isSandboxed = true;
      },
      setAppUserModelId: (id) => {
        this.appUserModelId = id;
      },
      getLoginItemSettings: () => this.loginItem,
      setLoginItemSettings: ({ openAtLogin = false }) => {
        this.loginItem = {
          ...this.loginItem,
          openAtLogin,
          executableWillLaunchAtLogin: openAtLogin,
          status: openAtLogin ? 'enabled' : 'not-registered',
        };
      },
      setBadgeCount: (count) => {
        this.badge = count ?? 0;
        return true;
      },
      quit: () => this.quit(),
      exit: (code) => {
        this.exitCode = code ?? 0;
        this.#end();
      },
    } satisfies Pick<
      App,
      | 'dock'
      | 'enableSandbox'
      | 'exit'
      | 'getLoginItemSettings'
      | 'getPath'
      | 'getVersion'
      | 'isPackaged'
      | 'on'
      | 'quit'
      | 'requestSingleInstanceLock'
      | 'setAppUserModelId'
      | 'setBadgeCount'
      | 'setLoginItemSettings'
      | 'setPath'
      | 'whenReady'
    >);
  }

  /** Asks whether it may end, closes all windows, ends: each may be prevented, as in Electron. */
  quit(): void {
    if (this.hasQuit) return;
    const before = makeEvent();
    this.emitter.emit('before-quit', before);
    if (before.defaultPrevented) return;
    for (const window of [...this.windows]) {
      window.close();
      if (!window.isDestroyed()) return;
    }
    const will = makeEvent();
    this.emitter.emit('will-quit', will);
    if (!will.defaultPrevented) this.#end();
  }

  #end(): void {
    this.hasQuit = true;
    this.#whenQuit();
  }

  readonly #dock = strict('app.dock', {
    show: () => {
      this.dockCalls.push('show');
      return Promise.resolve();
    },
    hide: () => {
      this.dockCalls.push('hide');
    },
  } satisfies Pick<Dock, 'show' | 'hide'>);
}
