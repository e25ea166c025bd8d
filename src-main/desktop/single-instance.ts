import type { App } from 'electron/main';

/**
 * Makes this the one instance that works on a data directory. A second one is told `false` and is to leave; the first
 * one hears of it, and opens its window: the tray may be invisible, so starting the program again must show something.
 * @param directories must exist. Settings, database and token are Claude Bridge's; what Chromium keeps goes beside them.
 */
export function claimSingleInstance(
  app: Pick<App, 'setPath' | 'requestSingleInstanceLock' | 'on'>,
  directories: { data: string; browser: string },
  onSecondStart: () => void,
): boolean {
  // The lock belongs to the directory, so it has to be set before.
  app.setPath('userData', directories.data);
  app.setPath('sessionData', directories.browser);
  if (!app.requestSingleInstanceLock()) return false;
  app.on('second-instance', onSecondStart);
  return true;
}
