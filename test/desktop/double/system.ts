import { existsSync } from 'node:fs';
import type {
  Clipboard,
  Dialog,
  Menu,
  MenuItemConstructorOptions,
  MessageBoxOptions,
  NativeTheme,
  Notification,
  NotificationConstructorOptions,
  OpenDialogOptions,
  PowerMonitor,
  PowerSaveBlocker,
  SafeStorage,
  SaveDialogOptions,
  Tray,
} from 'electron/main';
import type { NativeImage, Shell } from 'electron/common';
import { Emitter, strict } from './emitter.ts';

/** A picture that is there or not; Electron makes an empty one of a missing file. */
export interface ImageDouble {
  path: string;
}

export function imageFrom(path: string): NativeImage {
  const image: ImageDouble = { path };
  return strict(
    'NativeImage',
    Object.assign(image, { isEmpty: () => !existsSync(path) }),
  ) as unknown as NativeImage;
}

export interface MenuDouble {
  template: MenuItemConstructorOptions[];
}

const itemTypes = ['normal', 'separator', 'submenu', 'checkbox', 'radio'];

/** Builds a menu as Electron does: what it cannot make an item of is an error. */
export function buildMenu(template: MenuItemConstructorOptions[]): Menu {
  for (const { type, label, role, submenu } of template) {
    if (type !== undefined && !itemTypes.includes(type)) throw new Error(`Unknown menu item type: ${type}`);
    if (label === undefined && role === undefined && type !== 'separator') {
      throw new Error('a menu item needs a label or a role');
    }
    if (Array.isArray(submenu)) buildMenu(submenu);
  }
  const menu: MenuDouble = { template };
  return menu as unknown as Menu;
}

export class TrayDouble {
  readonly emitter = new Emitter('Tray', ['click', 'right-click', 'double-click']);
  image: ImageDouble;
  tooltip = '';
  title = '';
  menu: MenuItemConstructorOptions[] = [];
  isDestroyed = false;
  /** How often it was given a menu, and so shown a state. */
  shows = 0;
  #wake: () => void = () => undefined;

  constructor(image: NativeImage) {
    this.image = image as unknown as ImageDouble;
  }

  readonly exported = strict('Tray', {
    on: this.emitter.on,
    setImage: (image) => {
      this.image = image as unknown as ImageDouble;
    },
    setToolTip: (text) => {
      this.tooltip = text;
    },
    setTitle: (text) => {
      this.title = text;
    },
    setContextMenu: (menu) => {
      this.menu = (menu as unknown as MenuDouble | null)?.template ?? [];
      this.shows++;
      this.#wake();
    },
    destroy: () => {
      this.isDestroyed = true;
    },
  } satisfies Pick<Tray, 'destroy' | 'on' | 'setContextMenu' | 'setImage' | 'setTitle' | 'setToolTip'>);

  /** Resolves when it shows what `look` looks for, which is asked each time it shows something. */
  async until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
    for (;;) {
      const { shows } = this;
      const found = await look();
      if (found !== undefined) return found;
      if (shows === this.shows) await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

export class NotificationDouble {
  readonly emitter = new Emitter('Notification', ['click', 'close', 'failed', 'show']);
  readonly options: NotificationConstructorOptions;
  isShown = false;
  readonly #refusal: string | undefined;

  /** @param refusal what the system says against it */
  constructor(options: NotificationConstructorOptions, refusal: string | undefined) {
    this.options = options;
    this.#refusal = refusal;
  }

  readonly exported = strict('Notification', {
    on: this.emitter.on,
    show: () => {
      if (this.#refusal !== undefined) this.emitter.emit('failed', {}, this.#refusal);
      else this.isShown = true;
    },
  } satisfies Pick<Notification, 'on' | 'show'>);
}

/** Dialogs, answered in advance. */
export class DialogDouble {
  readonly questions: MessageBoxOptions[] = [];
  readonly errors: { title: string; content: string }[] = [];
  /** The button that is pressed next. */
  response = 0;
  /** The file that is chosen next; none for Cancel. */
  path: string | undefined;
  openOptions: OpenDialogOptions | undefined;
  saveOptions: SaveDialogOptions | undefined;
  /** Also shows errors elsewhere, as the real one does before Electron is ready. */
  onError: (error: { title: string; content: string }) => void = () => undefined;

  readonly exported = strict('dialog', {
    showMessageBox: (...args: [MessageBoxOptions] | [unknown, MessageBoxOptions]) => {
      this.questions.push(args.at(-1) as MessageBoxOptions);
      return Promise.resolve({ response: this.response, checkboxChecked: false });
    },
    showErrorBox: (title, content) => {
      this.errors.push({ title, content });
      this.onError({ title, content });
    },
    showOpenDialog: (...args: [OpenDialogOptions] | [unknown, OpenDialogOptions]) => {
      this.openOptions = args.at(-1) as OpenDialogOptions;
      return Promise.resolve({
        canceled: this.path === undefined,
        filePaths: this.path === undefined ? [] : [this.path],
      });
    },
    showSaveDialog: (...args: [SaveDialogOptions] | [unknown, SaveDialogOptions]) => {
      this.saveOptions = args.at(-1) as SaveDialogOptions;
      return Promise.resolve({ canceled: this.path === undefined, filePath: this.path ?? '' });
    },
  } satisfies Pick<Dialog, 'showErrorBox' | 'showMessageBox' | 'showOpenDialog' | 'showSaveDialog'>);
}

export class ClipboardDouble {
  text = '';
  failure: Error | undefined;
  readonly exported = strict('clipboard', {
    writeText: (text) => {
      if (this.failure) return Promise.reject(this.failure);
      this.text = text;
      return Promise.resolve();
    },
  } satisfies Pick<Clipboard, 'writeText'>);
}

export class ShellDouble {
  readonly opened: string[] = [];
  readonly paths: string[] = [];
  readonly exported = strict('shell', {
    openExternal: (address) => {
      this.opened.push(address);
      return Promise.resolve();
    },
    openPath: (path) => {
      this.paths.push(path);
      return Promise.resolve(existsSync(path) ? '' : 'the file does not exist');
    },
  } satisfies Pick<Shell, 'openExternal' | 'openPath'>);
}

export class NativeThemeDouble {
  readonly emitter = new Emitter('nativeTheme', ['updated']);
  isDark = false;
  readonly exported;

  constructor() {
    const isDark = () => this.isDark;
    this.exported = strict('nativeTheme', {
      on: this.emitter.on,
      themeSource: 'system' as NativeTheme['themeSource'],
      get shouldUseDarkColors() {
        return isDark();
      },
      get shouldUseDarkColorsForSystemIntegratedUI() {
        return isDark();
      },
    } satisfies Pick<
      NativeTheme,
      'on' | 'shouldUseDarkColors' | 'shouldUseDarkColorsForSystemIntegratedUI' | 'themeSource'
    >);
  }
}

export class PowerMonitorDouble {
  readonly emitter = new Emitter('powerMonitor', [
    'suspend',
    'resume',
    'shutdown',
    'lock-screen',
    'unlock-screen',
  ]);
  readonly exported = strict('powerMonitor', { on: this.emitter.on } satisfies Pick<PowerMonitor, 'on'>);
}

export class PowerSaveBlockerDouble {
  readonly running = new Set<number>();
  #last = 0;
  readonly exported = strict('powerSaveBlocker', {
    start: () => {
      this.running.add(++this.#last);
      return this.#last;
    },
    stop: (id) => this.running.delete(id),
  } satisfies Pick<PowerSaveBlocker, 'start' | 'stop'>);
}

/** The protected storage of a system, and what it is worth. */
export class SafeStorageDouble {
  isAvailable = true;
  backend: ReturnType<SafeStorage['getSelectedStorageBackend']> = 'gnome_libsecret';
  /** Another key is in use than that of what was encrypted before. */
  shouldReEncrypt = false;
  /** What was encrypted belongs to another user. */
  isForeign = false;

  readonly exported = strict('safeStorage', {
    isAsyncEncryptionAvailable: () => Promise.resolve(this.isAvailable),
    getSelectedStorageBackend: () => this.backend,
    encryptStringAsync: (text) =>
      Promise.resolve(Buffer.from(`protected:${Buffer.from(text).toString('hex')}`)),
    decryptStringAsync: (encrypted) => {
      const [, hex] = /^protected:([\da-f]*)$/.exec(encrypted.toString()) ?? [];
      if (hex === undefined || this.isForeign)
        return Promise.reject(new Error('Error while decrypting the ciphertext'));
      const { shouldReEncrypt } = this;
      return Promise.resolve({ result: Buffer.from(hex, 'hex').toString(), shouldReEncrypt });
    },
  } satisfies Pick<
    SafeStorage,
    'decryptStringAsync' | 'encryptStringAsync' | 'getSelectedStorageBackend' | 'isAsyncEncryptionAvailable'
  >);
}
