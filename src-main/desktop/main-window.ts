import type {
  BrowserWindow,
  BrowserWindowConstructorOptions,
  Dock,
  RenderProcessGoneDetails,
} from 'electron/main';
import type { NativeImage } from 'electron/common';
import { toError } from '../../src-shared/bridge-error.ts';
import { stateChannel, type Destination } from '../../src-shared/ipc-channels.ts';
import type { DesktopState } from '../../src-shared/desktop-state.ts';
import { pageAddress } from './page-address.ts';

export interface MainWindowParts {
  create: (options: BrowserWindowConstructorOptions) => BrowserWindow;
  /** The built preload script. */
  preload: string;
  icon: string;
  /** What is behind the page until it has drawn itself. */
  background: () => string;
  /** macOS: the application is in the dock while its window is open. */
  dock: Pick<Dock, 'show' | 'hide'> | undefined;
  /** The window was closed, and the relay runs on. */
  onHidden: () => void;
  onFocus: () => void;
  /** The page that listened does so no more. */
  onPageGone: () => void;
  /** Something is wrong with the page; `recovered` tells whether it comes back by itself. */
  onTrouble: (sentence: string, recovered: boolean) => void;
  /** Windows logs off or shuts down, without any other word to the application. */
  onSessionEnd: () => void;
}

/** A page that dies more often than this, within this time (ms), is not started again by itself. */
const deaths = { most: 3, withinMs: 60_000 };

/** The one window. It is hidden, not closed; and if its page dies, it is made anew while the relay lives on. */
export class MainWindow {
  readonly #parts: MainWindowParts;
  #window: BrowserWindow | undefined;
  #loaded = false;
  #pageListens = false;
  #quitting = false;
  #died: number[] = [];

  constructor(parts: MainWindowParts) {
    this.#parts = parts;
  }

  /** Shows it, and goes to a place in it if one is given. */
  open(destination?: Destination): void {
    const window = this.#ensure();
    if (!this.#loaded) {
      this.#loaded = true;
      window.once('ready-to-show', () => this.#show(window));
      this.#go(window, destination);
      return;
    }
    if (destination) this.#go(window, destination);
    this.#show(window);
  }

  /** Makes it without showing anything: on Windows only a window hears that the session ends. */
  prepare(): void {
    this.#ensure();
  }

  /** The page has begun to listen. */
  listening(): void {
    this.#pageListens = true;
  }

  /** Sends the page a new state, if there is one that listens. */
  tell(state: DesktopState): void {
    if (this.#pageListens && this.#isAlive()) this.#window?.webContents.send(stateChannel, state);
  }

  /** Windows: a mark on the button of the window in the taskbar. */
  mark(image: NativeImage | null, description: string): void {
    if (this.#isAlive()) this.#window?.setOverlayIcon(image, description);
  }

  get isFocused(): boolean {
    return this.#isAlive() && this.#window?.isFocused() === true;
  }

  get isVisible(): boolean {
    return this.#isAlive() && this.#window?.isVisible() === true;
  }

  /** The window for a dialog that belongs to it. */
  get current(): BrowserWindow | undefined {
    return this.isVisible ? this.#window : undefined;
  }

  /** From now on closing means closing. */
  quitting(): void {
    this.#quitting = true;
  }

  #isAlive(): boolean {
    return this.#window?.isDestroyed() === false;
  }

  #ensure(): BrowserWindow {
    if (this.#window && this.#isAlive()) return this.#window;
    const { create, preload, icon, background } = this.#parts;
    this.#loaded = false;
    this.#pageListens = false;
    const window = create({
      name: 'main',
      windowStatePersistence: true,
      width: 1280,
      height: 820,
      minWidth: 360,
      minHeight: 480,
      show: false,
      title: 'Claude Bridge',
      icon,
      backgroundColor: background(),
      autoHideMenuBar: true,
      webPreferences: {
        preload,
        sandbox: true,
        contextIsolation: true,
        // Electron would fetch dictionaries from the internet.
        spellcheck: false,
      },
    });
    this.#follow(window);
    this.#window = window;
    return window;
  }

  #follow(window: BrowserWindow): void {
    const { dock, onHidden, onFocus, onTrouble, onSessionEnd } = this.#parts;
    window.on('close', (event) => {
      if (this.#quitting) return;
      event.preventDefault();
      window.hide();
      dock?.hide();
      onHidden();
    });
    window.on('focus', onFocus);
    window.on('session-end', onSessionEnd);
    window.on('unresponsive', () => onTrouble('The window does not respond; the relay runs on.', true));
    window.webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) this.#pageIsGone();
    });
    window.webContents.on('preload-error', (_event, _path, error) => {
      onTrouble(`The window cannot talk to the application: ${error.message}`, false);
    });
    window.webContents.on('render-process-gone', (_event, details) => this.#replace(window, details));
  }

  #replace(window: BrowserWindow, { reason }: RenderProcessGoneDetails): void {
    if (this.#quitting || reason === 'clean-exit') return;
    const wasVisible = window.isVisible();
    this.#pageIsGone();
    window.destroy();
    const now = Date.now();
    this.#died = [...this.#died.filter((at) => now - at < deaths.withinMs), now];
    const recovers = this.#died.length <= deaths.most;
    this.#parts.onTrouble(`The page of the window has died (${reason}); the relay runs on.`, recovers);
    if (recovers && wasVisible) this.open();
  }

  #show(window: BrowserWindow): void {
    // A dock icon that stays away is no reason not to show the window.
    this.#parts.dock?.show().catch(() => undefined);
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  /** Another fragment of the same page is no new load: the page hears of it and goes there. */
  #go(window: BrowserWindow, destination: Destination | undefined): void {
    const address = pageAddress(destination);
    // The very same address would load the page anew.
    if (window.webContents.getURL() === address) return;
    window.loadURL(address).catch((error: unknown) => {
      // A second call while the page loads takes the place of the first.
      if ((error as { code?: string }).code === 'ERR_ABORTED') return;
      this.#parts.onTrouble(`The window cannot be shown: ${toError(error).message}`, false);
    });
  }

  #pageIsGone(): void {
    if (!this.#pageListens) return;
    this.#pageListens = false;
    this.#parts.onPageGone();
  }
}
