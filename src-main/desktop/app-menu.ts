import type { MenuItemConstructorOptions } from 'electron/main';

/**
 * The menu of the application. On macOS copying, pasting and closing come from it; elsewhere the window needs none, and
 * its keys are the page's.
 */
export function applicationMenu(platform: NodeJS.Platform): MenuItemConstructorOptions[] | null {
  if (platform !== 'darwin') return null;
  return [{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }];
}
