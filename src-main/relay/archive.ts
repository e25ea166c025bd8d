import type { BackupOptions, MessageStore } from '../store/message-store.ts';
import type { Actor } from './actor.ts';
import type { Audit } from './audit.ts';

export interface ArchiveParts {
  store: MessageStore;
  audit: Audit;
}

/** Everything at once: copies of the whole. */
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
    this.#parts.audit.record({ event: 'backup', detail: `${bytes} bytes`, ip: actor.address });
    return bytes;
  }
}
