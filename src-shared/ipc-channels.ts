/** A place in the window. */
export type Destination =
  | { view: 'channels' | 'connect' | 'settings' }
  /** A part of the settings. */
  | { view: 'settings'; section: 'network' }
  | { view: 'channel'; channel: string; message?: string };

/** What the page may ask of the application; the preload script offers a function for each and nothing else. */
export const desktopCallNames = [
  'readState',
  'startRelay',
  'stopRelay',
  'pauseRelay',
  'resumeRelay',
  'readSettings',
  'changeSettings',
  'changeDesktopSettings',
  'setStartAtLogin',
  'showToken',
  'rotateToken',
  'inspectCertificate',
  'chooseFile',
  'saveCopy',
  'copyText',
  'showDataDirectory',
  'viewLogs',
  'installCommandLineTool',
  'removeCommandLineTool',
  'update',
  'firstRun',
  'reportUnread',
] as const;
export type DesktopCallName = (typeof desktopCallNames)[number];

/** The channel of a call, between preload script and main process. */
export function callChannel(name: DesktopCallName): string {
  return `claude-bridge:${name}`;
}

/** Where the main process sends each new `DesktopState`. */
export const stateChannel = 'claude-bridge:state';

/** Under which name of `window` the page finds what the preload script offers. */
export const desktopGlobal = 'claudeBridgeDesktop';
