import type { Menu, MenuItemConstructorOptions, Tray } from 'electron/main';
import type { NativeImage } from 'electron/common';
import { join } from 'node:path';
import type { DesktopState } from '../../src-shared/desktop-state.ts';
import { trayIcon, trayTooltip, unreadMessages, type TrayIcon } from './tray-look.ts';
import { trayMenu, type TrayCommand } from './tray-menu.ts';

export interface TrayHandleParts {
  create: (image: NativeImage) => Tray;
  imageFrom: (path: string) => NativeImage;
  buildMenu: (template: MenuItemConstructorOptions[]) => ReturnType<typeof Menu.buildFromTemplate>;
  /** The folder of the tray's pictures. */
  pictures: string;
  platform: DesktopState['platform'];
  /** Whether the panel that holds the icon is dark, where that is not the system's own business. */
  isPanelDark: () => boolean;
  act: (command: TrayCommand) => void;
}

/** The icon in the tray, with its menu. Whoever makes it must keep it: without a reference it would vanish. */
export class TrayHandle {
  readonly #parts: TrayHandleParts;
  readonly #tray: Tray;
  #picture: string;

  constructor(parts: TrayHandleParts, state: DesktopState) {
    this.#parts = parts;
    this.#picture = this.#pictureOf(trayIcon(state));
    this.#tray = parts.create(this.#image());
    // On macOS and Linux a click opens the menu by itself, or does whatever the desktop has it do.
    if (parts.platform === 'win32') this.#tray.on('click', () => parts.act({ do: 'open' }));
    this.show(state);
  }

  /** Shows a state. The whole menu is made anew: some systems do not show a change of an item. */
  show(state: DesktopState): void {
    const { buildMenu, platform, act } = this.#parts;
    const picture = this.#pictureOf(trayIcon(state));
    if (picture !== this.#picture) {
      this.#picture = picture;
      this.#tray.setImage(this.#image());
    }
    this.#tray.setToolTip(trayTooltip(state));
    if (platform === 'darwin') {
      const unread = unreadMessages(state.attention);
      this.#tray.setTitle(unread > 0 ? String(unread) : '');
    }
    this.#tray.setContextMenu(buildMenu(trayMenu(state, act)));
  }

  destroy(): void {
    this.#tray.destroy();
  }

  #pictureOf(icon: TrayIcon): string {
    const { platform, isPanelDark } = this.#parts;
    // A name that ends with Template has macOS colour it.
    if (platform === 'darwin') return `${icon}Template.png`;
    const panel = isPanelDark() ? 'dark-panel' : 'light-panel';
    return `${icon}-${panel}.${platform === 'win32' ? 'ico' : 'png'}`;
  }

  #image(): NativeImage {
    return this.#parts.imageFrom(join(this.#parts.pictures, this.#picture));
  }
}
