import type { Dialog, MessageBoxOptions } from 'electron/main';
import type { Shell } from 'electron/common';
import { shorten } from '../../src-shared/text.ts';

export interface OpenLinkParts {
  dialog: Pick<Dialog, 'showMessageBox'>;
  shell: Pick<Shell, 'openExternal'>;
  onError: (error: unknown) => void;
}

/**
 * Opens an address in the browser, if the person who sees it whole wants that: links in the window may come out of
 * messages. Anything but a web address is refused, since the system would start whatever belongs to it.
 */
export async function openLink(address: string, { dialog, shell, onError }: OpenLinkParts): Promise<void> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    return;
  const question: MessageBoxOptions = {
    type: 'question',
    message: `Open ${url.host} in your browser?`,
    detail: shorten(url.href, 1_000),
    buttons: ['Cancel', 'Open'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  };
  try {
    const { response } = await dialog.showMessageBox(question);
    if (response === 1) await shell.openExternal(url.href);
  } catch (error) {
    onError(error);
  }
}
