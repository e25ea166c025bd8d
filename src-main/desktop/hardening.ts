import type { Session, WebContents } from 'electron/main';
import { bundleOrigin } from './bundle-scheme.ts';

/** Nothing in the window needs a permission of the browser; unasked, Electron would grant nearly all. */
export function refusePermissions(
  session: Pick<Session, 'setPermissionRequestHandler' | 'setPermissionCheckHandler'>,
): void {
  session.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
  session.setPermissionCheckHandler(() => false);
}

/**
 * Keeps a page where it is: it goes nowhere but to its own files, opens no window and embeds nothing. Links are handed to
 * `openLink`, which asks first.
 */
export function confine(
  contents: Pick<WebContents, 'on' | 'setWindowOpenHandler'>,
  openLink: (address: string) => void,
): void {
  const stay = (details: { url: string; preventDefault: () => void }) => {
    if (!isOurs(details.url)) details.preventDefault();
  };
  contents.on('will-frame-navigate', stay);
  contents.on('will-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openLink(url);
    return { action: 'deny' };
  });
}

/** Whether an address is one of the window's own pages. */
export function isOurs(address: string): boolean {
  // Not by its beginning: app://bundle.example/ begins like ours.
  return URL.canParse(address) && originOf(new URL(address)) === bundleOrigin;
}

/** `URL.origin` is `null` for schemes that Node does not know as standard ones. */
function originOf({ protocol, host, username, password }: URL): string {
  return username === '' && password === '' ? `${protocol}//${host}` : '';
}
