import type { DesktopBridge } from '../../src-shared/ipc.ts';
import { desktopGlobal } from '../../src-shared/ipc-channels.ts';

/** What the application offers the page in its window; undefined in a browser. */
export const desktop = (globalThis as { [desktopGlobal]?: DesktopBridge })[desktopGlobal];
