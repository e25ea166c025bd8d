import type { ImportResponse } from '../../src-shared/api/archive.ts';
import type { ExportLine } from '../../src-shared/export-line.ts';
import type { BackupOptions, MessageStore } from '../store/message-store.ts';
import type { Actor } from './actor.ts';
import type { Audit } from './audit.ts';
import { exportLines, type ExportQuery } from './exporting.ts';
import { Importing, type ImportOptions } from './importing.ts';

export interface ArchiveParts {
  store: MessageStore;
  audit: Audit;
}

/** A line that came in: its number in the file, from 1, and what it says. */
export interface IncomingLine {
  number: number;
  /** @throws BridgeError when something is wrong with it */
  read: () => ExportLine;
}

/** Everything at once: copies of the whole, exports and imports. Who asks for them may read and write all channels. */
export class Archive {
  readonly #parts: ArchiveParts;

  constructor(parts: ArchiveParts) {
    this.#parts = parts;
  }

  /**
   * Copies the whole store as it is at this moment into a new file.
   * @returns its size in bytes
   * @throws BridgeError `conflict`, `storage_*`; the signal's reason
   */
  async backup(file: string, options: BackupOptions, actor: Actor): Promise<number> {
    const bytes = await this.#parts.store.backup(file, options);
    this.#parts.audit.record({ event: 'backup', detail: `${bytes} bytes` }, actor);
    return bytes;
  }

  /**
   * The lines of an export, read as they are taken.
   * @throws BridgeError `not_found`, `invalid_format`, `timezone_required` with the field `since`
   */
  async export(query: ExportQuery, actor: Actor): Promise<AsyncGenerator<ExportLine>> {
    const lines = await exportLines(this.#parts.store, query);
    const { channels } = query;
    this.#parts.audit.record(
      {
        event: 'export',
        channel: channels?.length === 1 ? channels[0] : undefined,
        detail: channels ? `${channels.length} channel(s)` : 'all channels',
      },
      actor,
    );
    return lines;
  }

  /**
   * Takes over an export: messages as they are, in its order, behind those that are there, and where consumers stand. What
   * is there already is left alone, so that an import that broke off can be repeated.
   * @throws BridgeError of the line that ends it, with what was done before; `storage_*`; what `lines` throws
   */
  async import(
    lines: AsyncIterable<readonly IncomingLine[]>,
    options: ImportOptions,
    actor: Actor,
  ): Promise<ImportResponse> {
    const importing = new Importing(this.#parts.store, options);
    try {
      for await (const some of lines) for (const { number, read } of some) await importing.take(number, read);
      return await importing.finish();
    } finally {
      // What has come completely before it broke off.
      await importing.flush();
      const { messages, cursors } = importing.report;
      if (!options.dryRun) {
        const detail = `${messages.imported} message(s), ${cursors.imported} cursor(s)`;
        this.#parts.audit.record({ event: 'import', detail }, actor);
      }
    }
  }
}
