import type { CustomScheme } from 'electron/main';

/** Where the pages of the window come from, as IPC senders and navigation know it. */
export const bundleOrigin = 'app://bundle';

/**
 * The scheme of the window's pages: an origin of its own, so that the page survives a relay that cannot start, and shares
 * nothing with what others may reach over HTTP. To be registered before the application is ready.
 */
export const bundleScheme: CustomScheme = {
  scheme: 'app',
  privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true },
};
