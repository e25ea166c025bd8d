import type {
  BrowserWindow,
  BrowserWindowConstructorOptions,
  WebContents,
  WindowOpenHandlerResponse,
  HandlerDetails,
} from 'electron/main';
import type { AppDouble } from './app.ts';
import { Emitter, makeEvent, strict } from './emitter.ts';

class WebContentsDouble {
  readonly emitter = new Emitter('webContents', [
    ...['will-frame-navigate', 'will-navigate', 'will-redirect', 'will-attach-webview'],
    ...['did-start-navigation', 'preload-error', 'render-process-gone'],
  ]);
  readonly sent: { channel: string; payload: unknown }[] = [];
  url = '';
  /** Hands what is sent to a page elsewhere. */
  onSend: ((channel: string, payload: unknown) => void) | undefined;
  windowOpenHandler: ((details: HandlerDetails) => WindowOpenHandlerResponse) | undefined;

  readonly exported = strict('webContents', {
    on: this.emitter.on,
    getURL: () => this.url,
    send: (channel, payload) => {
      // What cannot be cloned cannot be sent.
      const clone: unknown = structuredClone(payload);
      this.sent.push({ channel, payload: clone });
      this.onSend?.(channel, clone);
    },
    setWindowOpenHandler: (handler) => {
      this.windowOpenHandler = handler;
    },
  } satisfies Pick<WebContents, 'on' | 'getURL' | 'send' | 'setWindowOpenHandler'>);

  /** Whether a navigation to `url` would be let through. */
  mayGo(
    url: string,
    how: 'will-navigate' | 'will-frame-navigate' | 'will-redirect' = 'will-navigate',
  ): boolean {
    const event = Object.assign(makeEvent(), { url });
    this.emitter.emit(how, event);
    return !event.defaultPrevented;
  }
}

/** Electron's `BrowserWindow`: hidden or shown, focused, closed with a word in the matter, destroyed for good. */
export class BrowserWindowDouble {
  readonly options: BrowserWindowConstructorOptions;
  readonly contents = new WebContentsDouble();
  readonly emitter = new Emitter('BrowserWindow', [
    ...['close', 'closed', 'focus', 'ready-to-show', 'session-end', 'unresponsive'],
  ]);
  readonly #app: AppDouble;
  /** What the mark in the taskbar says; empty without one. */
  overlay = '';
  #isDestroyed = false;
  #isVisible = false;
  #isFocused = false;
  #isMinimized = false;
  #loads = 0;

  constructor(app: AppDouble, options: BrowserWindowConstructorOptions) {
    if (!app.isReady) throw new Error('Cannot create BrowserWindow before app is ready');
    this.#app = app;
    this.options = options;
    app.windows.add(this);
    app.emitter.emit('web-contents-created', makeEvent(), this.contents.exported);
  }

  /** How often a page was loaded, not counting moves within it. */
  get loads(): number {
    return this.#loads;
  }

  readonly exported = strict('BrowserWindow', {
    webContents: this.contents.exported as unknown as WebContents,
    on: this.emitter.on,
    once: this.emitter.once,
    isDestroyed: () => this.#isDestroyed,
    isVisible: () => this.#alive(() => this.#isVisible),
    isFocused: () => this.#alive(() => this.#isFocused),
    isMinimized: () => this.#alive(() => this.#isMinimized),
    restore: () => this.#alive(() => (this.#isMinimized = false)),
    show: () => this.#alive(() => this.#show()),
    hide: () => this.#alive(() => (this.#isVisible = this.#isFocused = false)),
    focus: () => this.#alive(() => (this.#isFocused = true)),
    destroy: () => this.#destroy(),
    loadURL: (url) => this.#alive(() => this.#load(url)),
    setOverlayIcon: (_image, description) => this.#alive(() => (this.overlay = description)),
  } satisfies Pick<
    BrowserWindow,
    | 'destroy'
    | 'focus'
    | 'hide'
    | 'isDestroyed'
    | 'isFocused'
    | 'isMinimized'
    | 'isVisible'
    | 'loadURL'
    | 'on'
    | 'once'
    | 'restore'
    | 'setOverlayIcon'
    | 'show'
    | 'webContents'
  >);

  isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  minimize(): void {
    this.#isMinimized = true;
  }

  /** The person looks elsewhere. */
  blur(): void {
    this.#isFocused = false;
  }

  /** As by its close button, or by the end of the program. */
  close(): void {
    const event = makeEvent();
    this.emitter.emit('close', event);
    if (!event.defaultPrevented) this.#destroy();
  }

  /** Its page dies. */
  crash(reason = 'crashed'): void {
    this.contents.emitter.emit('render-process-gone', makeEvent(), { reason, exitCode: 5 });
  }

  #show(): void {
    this.#isVisible = true;
    this.#isFocused = true;
    this.emitter.emit('focus', makeEvent());
  }

  #load(url: string): Promise<void> {
    const [page] = url.split('#');
    const isSameDocument =
      this.contents.url !== '' && this.contents.url.split('#')[0] === page && url.includes('#');
    this.contents.url = url;
    this.contents.emitter.emit('did-start-navigation', { url, isSameDocument, isMainFrame: true });
    if (isSameDocument) return Promise.resolve();
    this.#loads++;
    return Promise.resolve().then(() => {
      if (!this.#isDestroyed) this.emitter.emit('ready-to-show', makeEvent());
    });
  }

  #destroy(): void {
    this.#isDestroyed = true;
    this.#app.windows.delete(this);
    this.emitter.emit('closed', makeEvent());
  }

  #alive<T>(work: () => T): T {
    if (this.#isDestroyed) throw new TypeError('Object has been destroyed');
    return work();
  }
}
