import type { Clipboard, Dialog, MessageBoxOptions } from 'electron/main';
import type { Shell } from 'electron/common';
import type { Destination } from '../../src-shared/ipc-channels.ts';
import type { Application } from './application.ts';
import { textToCopy } from './copying.ts';
import type { TrayCommand } from './tray-menu.ts';
import { counted } from './words.ts';

export interface TrayCommandParts {
  application: Application;
  open: (destination?: Destination) => void;
  clipboard: Pick<Clipboard, 'writeText'>;
  dialog: Pick<Dialog, 'showMessageBox'>;
  shell: Pick<Shell, 'openPath'>;
  /** The log file. */
  log: string;
  pairingCode: () => Promise<string>;
  quit: () => void;
}

/** Does what was asked for in the tray. Whatever goes wrong is said at once, since no window may be open. */
export async function obeyTray(command: TrayCommand, parts: TrayCommandParts): Promise<void> {
  const { application } = parts;
  const { relay, login, updates } = application.parts;
  const attempt = async (whatFailed: string, work: () => unknown) => {
    const problem = await application.attempt(whatFailed, work);
    if (problem === undefined) return;
    const said: MessageBoxOptions = { type: 'error', message: whatFailed, detail: problem, noLink: true };
    await parts.dialog.showMessageBox(said);
  };
  switch (command.do) {
    case 'open':
      parts.open(destinationOf(command.view));
      return;
    case 'openChannel':
      parts.open({ view: 'channel', channel: command.channel });
      return;
    case 'copy':
      return attempt('Nothing was copied', () => copy(command.what, parts));
    case 'startRelay':
      return application.startRelay();
    case 'stopRelay':
      return attempt('The relay could not be stopped in order', () => application.stopRelay());
    case 'pauseRelay':
      return attempt('The relay could not be paused', () => relay.pause());
    case 'resumeRelay':
      return attempt('The relay could not be resumed', () => relay.resume());
    case 'startAtLogin':
      await attempt('Starting at login could not be changed', () => login.set(command.enabled));
      return application.refresh();
    case 'viewLogs':
      return attempt('The log could not be opened', () => openFile(parts));
    case 'update':
      return updates.next();
    case 'quit':
      if (await mayQuit(parts)) parts.quit();
  }
}

function destinationOf(view: 'connect' | 'settings' | 'network' | undefined): Destination | undefined {
  if (view === 'network') return { view: 'settings', section: 'network' };
  return view === undefined ? undefined : { view };
}

async function copy(
  what: Parameters<typeof textToCopy>[0],
  { application, clipboard, pairingCode }: TrayCommandParts,
): Promise<void> {
  const { state, parts } = application;
  await clipboard.writeText(await textToCopy(what, { state, token: parts.token.value, pairingCode }));
}

/** Says who is cut off, if anybody is. */
async function mayQuit({ application, dialog }: TrayCommandParts): Promise<boolean> {
  const { agents } = application.state.attention;
  if (application.state.relay.state !== 'running' || agents === 0) return true;
  const question: MessageBoxOptions = {
    type: 'question',
    message: `Quit while ${counted(agents, 'agent')} ${agents === 1 ? 'is' : 'are'} connected?`,
    detail: 'They cannot send or receive until Claude Bridge runs again. Messages are kept.',
    buttons: ['Cancel', 'Quit'],
    defaultId: 1,
    cancelId: 0,
    noLink: true,
  };
  return (await dialog.showMessageBox(question)).response === 1;
}

async function openFile({ shell, log }: TrayCommandParts): Promise<void> {
  const fault = await shell.openPath(log);
  if (fault !== '') throw new Error(fault);
}
