import type * as common from 'electron/common';
import type * as main from 'electron/main';

/** What of Electron the application uses. Handed over, so that nothing but the entry imports Electron itself. */
export type ElectronParts = Pick<
  typeof main,
  | 'app'
  | 'BrowserWindow'
  | 'clipboard'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'nativeTheme'
  | 'Notification'
  | 'powerMonitor'
  | 'powerSaveBlocker'
  | 'protocol'
  | 'safeStorage'
  | 'session'
  | 'Tray'
> &
  Pick<typeof common, 'nativeImage' | 'shell'>;
