import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clipboard, Dialog, OpenDialogOptions, SaveDialogOptions } from 'electron/main';
import type { Shell } from 'electron/common';
import { BridgeError, toError } from '../../src-shared/bridge-error.ts';
import { callHttp } from '../../src-shared/client/http-call.ts';
import type { ApiClient } from '../../src-shared/client/api-client.ts';
import { loadCertificate } from '../security/certificate.ts';
import type { Application } from './application.ts';
import type { DesktopCalls } from './ipc-host.ts';

export interface PageCallsParts {
  application: Application;
  api: ApiClient;
  clipboard: Pick<Clipboard, 'writeText'>;
  dialog: Pick<Dialog, 'showOpenDialog' | 'showSaveDialog'>;
  shell: Pick<Shell, 'openPath'>;
  log: string;
  /** The page listens from now on. */
  onListening: () => void;
  /** Follows a change of what was chosen, such as the theme. */
  adopt: () => void;
}

/** What the page can ask of the application, done. */
export function pageCalls(parts: PageCallsParts): DesktopCalls {
  const { application, clipboard, shell, log, adopt, onListening } = parts;
  const { relay, attention, choices, login, tool, token, updates, guide } = application.parts;
  const done = async (work: unknown): Promise<null> => {
    await work;
    return null;
  };
  const doneThenLooked = async (work: Promise<void>): Promise<null> => {
    await work.finally(() => application.refresh());
    return null;
  };
  return {
    readState: () => {
      onListening();
      return application.state;
    },
    startRelay: () => done(application.startRelay()),
    stopRelay: () => done(application.stopRelay()),
    pauseRelay: () => done(relay.pause()),
    resumeRelay: () => done(relay.resume()),
    readSettings: () => relay.settings(),
    changeSettings: (change) => relay.apply(change),
    changeDesktopSettings: (change) => {
      choices.change(change);
      adopt();
      application.changed();
      return null;
    },
    setStartAtLogin: ({ enabled }) => doneThenLooked(login.set(enabled)),
    showToken: () => ({ token: token.value }),
    rotateToken: ({ grace_seconds }) => token.rotate(grace_seconds ?? undefined),
    inspectCertificate: (paths) => {
      const { subject, altNames, validTo, warnings } = loadCertificate(paths);
      return { subject, names: altNames, validTo: validTo.toISOString(), warnings };
    },
    chooseFile: ({ purpose }) => chooseFile(purpose, parts),
    saveCopy: ({ what }) => saveCopy(what, parts),
    copyText: ({ text }) => done(clipboard.writeText(text)),
    showDataDirectory: () => done(open(application.parts.dataDirectory, shell)),
    viewLogs: () => done(open(log, shell)),
    installCommandLineTool: () => doneThenLooked(tool.install()),
    removeCommandLineTool: () => doneThenLooked(tool.remove()),
    update: () => done(updates.next()),
    firstRun: (command) => done(guide.take(command)),
    reportUnread: (unread) => {
      onListening();
      attention.reported(unread);
      return null;
    },
  };
}

const fileQuestions: Record<'certificate' | 'key' | 'database', OpenDialogOptions> = {
  certificate: {
    title: 'Certificate',
    filters: [{ name: 'Certificate (PEM)', extensions: ['pem', 'crt', 'cer'] }],
  },
  key: { title: 'Private key', filters: [{ name: 'Private key (PEM)', extensions: ['pem', 'key'] }] },
  database: { title: 'Database', filters: [{ name: 'SQLite database', extensions: ['db', 'sqlite'] }] },
};

async function chooseFile(
  purpose: keyof typeof fileQuestions,
  { dialog }: PageCallsParts,
): Promise<{ path: string } | null> {
  const question = fileQuestions[purpose];
  const everything = { name: 'All files', extensions: ['*'] };
  const { canceled, filePaths } = await dialog.showOpenDialog({
    ...question,
    filters: [...(question.filters ?? []), everything],
    properties: ['openFile'],
  });
  const [path] = filePaths;
  return canceled || path === undefined ? null : { path };
}

const copies = {
  backup: { path: '/api/backup', title: 'Back up the database', ending: 'db' },
  export: { path: '/api/export', title: 'Export all messages', ending: 'jsonl' },
} as const;

/** Asks where to, then writes what the relay hands out: under its name only once it is complete. */
async function saveCopy(
  what: keyof typeof copies,
  { dialog, api }: PageCallsParts,
): Promise<{ path: string; bytes: number } | null> {
  const { path, title, ending } = copies[what];
  const question: SaveDialogOptions = {
    title,
    defaultPath: `claude-bridge-${new Date().toISOString().slice(0, 10)}.${ending}`,
  };
  const { canceled, filePath } = await dialog.showSaveDialog(question);
  if (canceled || filePath === '') return null;
  const response = await callHttp(api.target, { method: 'GET', path, patienceMs: 600_000 });
  const draft = `${filePath}.part`;
  const file = createWriteStream(draft, { mode: 0o600 });
  try {
    if (!response.body) throw new BridgeError('unexpected_answer', 'the relay sent nothing');
    await pipeline(Readable.fromWeb(response.body), file);
    await rename(draft, filePath);
  } catch (error) {
    await rm(draft, { force: true });
    if (error instanceof BridgeError) throw error;
    throw new BridgeError('storage_failed', `${filePath} could not be written: ${toError(error).message}`, {
      cause: error,
    });
  }
  return { path: filePath, bytes: file.bytesWritten };
}

async function open(path: string, shell: PageCallsParts['shell']): Promise<void> {
  const fault = await shell.openPath(path);
  if (fault !== '') throw new BridgeError('not_found', `${path} could not be opened: ${fault}`);
}
