import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MenuItemConstructorOptions } from 'electron/main';
import Conf from 'conf';

import { onTestFinished } from 'vitest';
import type { DesktopAnswer, DesktopCallInput, DesktopCallOutputs } from '../../src-shared/ipc.ts';
import type { DesktopState } from '../../src-shared/desktop-state.ts';
import { callChannel, stateChannel, type DesktopCallName } from '../../src-shared/ipc-channels.ts';
import { openDesktop, type Desktop } from '../../src-main/desktop/open-desktop.ts';
import type { Updater } from '../../src-main/desktop/updates.ts';
import { createFileLog } from '../../src-main/runtime/log.ts';
import { dataPaths } from '../../src-main/settings/paths.ts';
import { scratchDirectory } from '../support/program.ts';
import { ElectronDouble } from './double/electron.ts';

export interface StartDesktopOptions {
  platform?: 'darwin' | 'win32' | 'linux';
  /** The data directory; a new one by default. */
  home?: string;
  /** What config.json holds at first. */
  config?: object;
  /** The same as text that is no JSON. */
  brokenConfig?: string;
  /** The environment; by default one that has the system choose the port. */
  env?: NodeJS.ProcessEnv;
  /** What the application remembers of itself; by default that the first steps are done. */
  memory?: object;
  hidden?: boolean;
  prepare?: (double: ElectronDouble) => void;
}

export interface RunningDesktop {
  double: ElectronDouble;
  desktop: Desktop;
  home: string;
  /** As the tray sees it now. */
  state: () => Promise<DesktopState>;
  /** Calls as the page does; rejects when the call is refused. */
  call: <N extends DesktopCallName>(name: N, input?: DesktopCallInput<N>) => Promise<DesktopCallOutputs[N]>;
  /** The same, with a refusal as an answer. */
  ask: <N extends DesktopCallName>(name: N, input?: unknown) => Promise<DesktopAnswer<N>>;
  /** Clicks an item of the tray's menu by its label, as soon as it is there. */
  click: (label: string) => Promise<void>;
  /** Resolves with the first state shown, from now on or before, that fits. */
  until: (fits: (state: DesktopState) => boolean) => Promise<DesktopState>;
  quit: () => Promise<void>;
}

const build = fileURLToPath(new URL('../../build', import.meta.url));

/** The application with everything real but Electron: relay, database, settings files, page calls. */
export async function startDesktop(options: StartDesktopOptions = {}): Promise<RunningDesktop> {
  const { platform = 'linux', home = scratchDirectory(), hidden = false, prepare } = options;
  const { config, brokenConfig, env = { CLAUDE_BRIDGE_PORT: '0' } } = options;
  const paths = dataPaths(home);
  mkdirSync(paths.browserDirectory, { recursive: true });
  const text = config ? JSON.stringify(config) : brokenConfig;
  if (text !== undefined) writeFileSync(paths.settingsFile, text);
  const memory = join(home, 'desktop.json');
  if (!existsSync(memory))
    writeFileSync(memory, JSON.stringify({ memory: options.memory ?? { firstRunDone: true } }));
  const double = new ElectronDouble({ platform });
  prepare?.(double);
  double.app.becomeReady();
  const desktop = await openDesktop({
    electron: double.parts,
    updater: double.updater as unknown as Updater,
    store: (name) => new Conf({ cwd: home, configName: name, configFileMode: 0o600 }),
    installation: {
      ...{ platform, home, isPackaged: false, resources: build, execPath: process.execPath },
      env: { ...env, HOME: home },
      bundle: fileURLToPath(new URL('../../dist/main', import.meta.url)),
      icon: join(build, 'app-icons/256x256.png'),
    },
    paths,
    log: createFileLog(paths.logFile),
  });
  await desktop.start({ hidden });
  const running: RunningDesktop = {
    ...{ double, desktop, home },
    state: () => running.call('readState'),
    ask: (name, input) => double.invoke(callChannel(name), input) as never,
    call: async (name, input) => {
      const answer = await running.ask(name, input);
      if (answer.ok) return answer.value;
      throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
    },
    click: async (label) => {
      const item = await double.tray.until(() => itemOf(double, label));
      item.click?.({} as never, undefined, {});
    },
    until: (fits) =>
      double.tray.until(async () => {
        const state = await running.state();
        return fits(state) ? state : undefined;
      }),
    quit: () => {
      double.app.quit();
      return double.app.quitted;
    },
  };
  onTestFinished(() => (double.app.hasQuit ? undefined : running.quit()));
  return running;
}

/** An item of the tray's menu that can be clicked. */
function itemOf({ tray }: ElectronDouble, label: string): MenuItemConstructorOptions | undefined {
  const items = tray.menu.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? item.submenu : [])]);
  return items.find((item) => item.label === label && item.enabled !== false && item.click);
}

/** The states that the window was sent, in order. */
export function sentStates(double: ElectronDouble): DesktopState[] {
  return double.window.contents.sent
    .filter(({ channel }) => channel === stateChannel)
    .map(({ payload }) => payload as DesktopState);
}
