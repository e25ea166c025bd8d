import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from 'electron/main';
import type { LoginItemState } from '../../src-shared/desktop-state.ts';
import { autostartEntry } from './autostart-entry.ts';

/** The argument that says: start in the tray, without a window. */
export const hiddenArgument = '--hidden';

/** Whether the system starts the application when its user logs in. */
export interface LoginItem {
  state(): Promise<LoginItemState>;
  /** @throws Error with what the system said */
  set(enabled: boolean): Promise<void>;
}

type LoginSettings = Pick<App, 'getLoginItemSettings' | 'setLoginItemSettings'>;

/** macOS keeps a list that its users can see and change; what it says counts, not what was asked for. */
export class MacLoginItem implements LoginItem {
  readonly #app: LoginSettings;

  constructor(app: LoginSettings) {
    this.#app = app;
  }

  state(): Promise<LoginItemState> {
    const { openAtLogin, status } = this.#app.getLoginItemSettings();
    const note =
      status === 'requires-approval'
        ? 'macOS asks for your consent: System Settings, General, Login Items'
        : null;
    return Promise.resolve({ enabled: openAtLogin || status === 'requires-approval', note });
  }

  set(enabled: boolean): Promise<void> {
    this.#app.setLoginItemSettings({ openAtLogin: enabled });
    return Promise.resolve();
  }
}

/** Windows: an entry in the registry, which the Task Manager can switch off behind our back. */
export class WindowsLoginItem implements LoginItem {
  readonly #app: LoginSettings;

  constructor(app: LoginSettings) {
    this.#app = app;
  }

  state(): Promise<LoginItemState> {
    // Only an entry with the same arguments is ours.
    const { openAtLogin, executableWillLaunchAtLogin } = this.#app.getLoginItemSettings({
      args: [hiddenArgument],
    });
    const isBlocked = openAtLogin && !executableWillLaunchAtLogin;
    return Promise.resolve({
      enabled: openAtLogin,
      note: isBlocked ? 'Windows has switched it off: Task Manager, Startup apps' : null,
    });
  }

  set(enabled: boolean): Promise<void> {
    this.#app.setLoginItemSettings({ openAtLogin: enabled, enabled, args: [hiddenArgument] });
    return Promise.resolve();
  }
}

export interface LinuxLoginItemOptions {
  /** `$XDG_CONFIG_HOME`, else `~/.config`. */
  configDirectory: string;
  /** The program or the AppImage that runs. */
  executable: string;
}

/** Linux: a file in the folder that desktops read at login; Electron does nothing there. */
export class LinuxLoginItem implements LoginItem {
  readonly #folder: string;
  readonly #file: string;
  readonly #executable: string;

  constructor({ configDirectory, executable }: LinuxLoginItemOptions) {
    this.#folder = join(configDirectory, 'autostart');
    this.#file = join(this.#folder, 'claude-bridge-desktop.desktop');
    this.#executable = executable;
  }

  async state(): Promise<LoginItemState> {
    const entry = await readFile(this.#file, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    });
    // Desktops switch an entry off by writing into it.
    const enabled = entry !== '' && !/^(?:Hidden=true|X-GNOME-Autostart-enabled=false)\s*$/m.test(entry);
    return { enabled, note: null };
  }

  async set(enabled: boolean): Promise<void> {
    if (!enabled) {
      await rm(this.#file, { force: true });
      return;
    }
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFile(this.#file, autostartEntry([this.#executable, hiddenArgument]));
  }
}
