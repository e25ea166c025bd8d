import { isDeepStrictEqual } from 'node:util';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { codexEntry } from '../../src-shared/connect/codex-entry.ts';
import type { Scope } from '../../src-shared/connect/client.ts';
import type { Connection } from '../../src-shared/connect/connection.ts';
import { jsonEntry } from '../../src-shared/connect/json-entry.ts';
import type { ConfiguredClientId } from '../../src-shared/connect/setup.ts';
import { codexEditor } from './codex-editor.ts';
import { readConfigFile } from './config-file.ts';
import { difference } from './difference.ts';
import { TextFault, type Editor, type Entry } from './editor.ts';
import { jsonEditor } from './json-editor.ts';

/** Where a client's entry is, and how it is read and changed. */
export interface EntryFile {
  client: ConfiguredClientId;
  scope: Scope;
  path: string;
}

const byteOrderMark = '\uFEFF';

/** The entry that `connection` asks for. */
export function entryOf(client: ConfiguredClientId, connection: Connection): Entry {
  return client === 'codex' ? codexEntry(connection) : jsonEntry(client, connection);
}

/** What our entry says now; undefined if there is none. @throws BridgeError `invalid_value` */
export function currentEntry({ client, path }: EntryFile): Entry | undefined {
  const text = readConfigFile(path);
  return text === undefined ? undefined : judged(path, () => editorOf(client).read(withoutMark(text)));
}

export interface FileChange {
  path: string;
  before: string | undefined;
  after: string;
  changes: boolean;
  diff: string;
}

/** The change that gives the file our entry, or takes it away if `entry` is undefined. @throws BridgeError */
export function fileChange({ client, path }: EntryFile, entry: Entry | undefined): FileChange {
  const before = readConfigFile(path);
  const text = withoutMark(before ?? '');
  const editor = editorOf(client);
  const after = judged(path, () => {
    if (entry === undefined) return editor.remove(text);
    return isDeepStrictEqual(editor.read(text), entry) ? text : editor.set(text, entry);
  });
  return {
    path,
    before,
    after: before?.startsWith(byteOrderMark) === true ? byteOrderMark + after : after,
    changes: after !== text,
    diff: difference(path, text, after),
  };
}

function editorOf(client: ConfiguredClientId): Editor {
  return client === 'codex' ? codexEditor : jsonEditor;
}

function withoutMark(text: string): string {
  return text.startsWith(byteOrderMark) ? text.slice(1) : text;
}

function judged<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TextFault)) throw error;
    const where = error.line === undefined ? path : `${path}, line ${error.line},`;
    throw new BridgeError('invalid_value', `${where} ${error.message}; nothing was changed`);
  }
}
