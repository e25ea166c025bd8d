import type { ImportResponse } from '../../src-shared/api/archive.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { canonicalJson } from '../../src-shared/canonical-json.ts';
import type { ExportedCursor, ExportedMessage, ExportEnd, ExportLine } from '../../src-shared/export-line.ts';
import type { MessageStore, RestoredMessage } from '../store/message-store.ts';

export interface ImportOptions {
  /** What becomes of a line with which something is wrong: it ends the import, or is left out. */
  onError: 'stop' | 'skip';
  /** Only look what would be done. */
  dryRun: boolean;
}

/** Messages stored in one write, and the content that one carries: sends share their transactions with it. */
const batchRows = 64;
const batchCharacters = 262_144;

/** Errors that are reported with their reason. */
const maxErrors = 100;

/** Takes over the lines of an export, one after the other. */
export class Importing {
  readonly #store: MessageStore;
  readonly #options: ImportOptions;
  readonly #report: ImportResponse;
  #batch: ExportedMessage[] = [];
  #characters = 0;
  #begun = false;
  /** Lines of the export since its header. */
  #since = { messages: 0, cursors: 0 };

  constructor(store: MessageStore, options: ImportOptions) {
    this.#store = store;
    this.#options = options;
    this.#report = {
      dry_run: options.dryRun,
      complete: false,
      lines: 0,
      messages: { imported: 0, skipped: 0 },
      cursors: { imported: 0, skipped: 0 },
      refused: 0,
      errors: [],
    };
  }

  /** What was done so far. */
  get report(): ImportResponse {
    return this.#report;
  }

  /**
   * Takes a line.
   * @param read parses it; throws a BridgeError when something is wrong with it
   * @throws BridgeError of the line that ends the import, with what was done before it; `storage_*`
   */
  async take(number: number, read: () => ExportLine): Promise<void> {
    this.#report.lines++;
    try {
      await this.#apply(read());
    } catch (error) {
      // What is the store's fault would be the same for the next line.
      if (!(error instanceof BridgeError) || error.status >= 500) throw error;
      await this.#refuse(number, error);
    }
  }

  /** Stores what was taken so far. */
  async flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#characters = 0;
    const imported = this.#options.dryRun
      ? await this.#countNew(batch)
      : await this.#store.restore(toRows(batch));
    this.#report.messages.imported += imported;
    this.#report.messages.skipped += batch.length - imported;
  }

  /** The export has ended. @throws BridgeError `invalid_format` when that was before its end line, unless faults are skipped */
  async finish(): Promise<ImportResponse> {
    await this.flush();
    if (!this.#report.complete && this.#options.onError === 'stop') {
      throw this.#ending(
        'invalid_format',
        'the export has no end line, so it was cut; all that was there is taken over',
      );
    }
    return this.#report;
  }

  async #apply(line: ExportLine): Promise<void> {
    if (!this.#begun && line.kind !== 'header') {
      throw new BridgeError('invalid_format', 'the first line must be the header of an export');
    }
    this.#report.complete = false;
    switch (line.kind) {
      case 'header':
        this.#begun = true;
        this.#since = { messages: 0, cursors: 0 };
        return;
      case 'message':
        this.#since.messages++;
        await this.#takeMessage(line);
        return;
      case 'cursor':
        this.#since.cursors++;
        await this.#takeCursor(line);
        return;
      case 'end':
        this.#takeEnd(line);
    }
  }

  async #takeMessage(message: ExportedMessage): Promise<void> {
    this.#batch.push(message);
    this.#characters += message.content.length;
    if (this.#batch.length >= batchRows || this.#characters >= batchCharacters) await this.flush();
  }

  async #takeCursor(cursor: ExportedCursor): Promise<void> {
    // It names messages that must be there.
    await this.flush();
    const { cursors } = this.#report;
    if (this.#options.dryRun || (await this.#store.restorePosition(toPosition(cursor)))) cursors.imported++;
    else cursors.skipped++;
  }

  #takeEnd({ messages, cursors }: ExportEnd): void {
    if (messages !== this.#since.messages || cursors !== this.#since.cursors) {
      throw new BridgeError(
        'invalid_format',
        `the export had ${messages} messages and ${cursors} cursors, of which ${this.#since.messages} and ${this.#since.cursors} are there`,
      );
    }
    this.#report.complete = true;
  }

  async #refuse(line: number, error: BridgeError): Promise<void> {
    if (this.#options.onError === 'stop' || !this.#begun) {
      await this.flush();
      throw this.#ending(error.code, `line ${line}: ${error.message}`, { line, field: error.field });
    }
    const { errors } = this.#report;
    this.#report.refused++;
    if (errors.length >= maxErrors) return;
    const { code, field, message } = error;
    errors.push({ line, code, ...(field === undefined ? {} : { field }), error: message });
  }

  /** Why the import ends, with what was done before. */
  #ending(
    code: BridgeError['code'],
    sentence: string,
    { line, field }: { line?: number; field?: string | undefined } = {},
  ): BridgeError {
    const { dry_run, lines, messages, cursors } = this.#report;
    return new BridgeError(code, sentence, {
      field,
      details: { ...(line === undefined ? {} : { line }), dry_run, lines, messages, cursors },
    });
  }

  async #countNew(batch: readonly ExportedMessage[]): Promise<number> {
    let count = 0;
    for (const { id } of batch) if (!(await this.#store.find(id))) count++;
    return count;
  }
}

function toRows(batch: readonly ExportedMessage[]): RestoredMessage[] {
  return batch.map(({ id, channel, sender, content, timestamp, origin = null }) => ({
    id,
    channel,
    sender,
    content,
    timestamp,
    origin,
  }));
}

function toPosition({
  consumer_id,
  channel,
  acked_id,
  acked_at,
  read_id,
  last_seen,
  metadata,
}: ExportedCursor) {
  return {
    consumer: consumer_id,
    channel,
    ackedId: acked_id,
    ackedAt: acked_at,
    readId: read_id,
    lastSeen: last_seen,
    metadata: metadata ? canonicalJson(metadata) : null,
  };
}
