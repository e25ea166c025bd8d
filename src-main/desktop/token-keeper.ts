import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import type { SafeStorage } from 'electron/main';
import { toError } from '../../src-shared/bridge-error.ts';

export interface TokenKeeperParts {
  safeStorage: Pick<
    SafeStorage,
    'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
  >;
  platform: NodeJS.Platform;
  /** Where the encrypted token goes. */
  path: string;
}

/** Backends of Linux that encrypt with a password that everybody knows. */
const unprotected = ['basic_text', 'unknown'];

/**
 * Keeps one secret with the help of the system: the Keychain, the data protection of Windows, a secret service. Where
 * none of them protects, it says so and keeps nothing.
 */
export class TokenKeeper {
  readonly #parts: TokenKeeperParts;

  constructor(parts: TokenKeeperParts) {
    this.#parts = parts;
  }

  /** Why the system cannot keep a secret, in words; undefined if it can. */
  async weakness(): Promise<string | undefined> {
    const { safeStorage, platform } = this.#parts;
    if (!(await safeStorage.isAsyncEncryptionAvailable())) {
      return 'the system offers no protected storage';
    }
    if (platform === 'linux' && unprotected.includes(safeStorage.getSelectedStorageBackend())) {
      return 'no secret service runs on this desktop (such as GNOME Keyring or KWallet)';
    }
    return undefined;
  }

  /**
   * The secret that was kept, or undefined if there is none.
   * @throws Error when there is one that cannot be read, for example because another user or system encrypted it
   */
  async read(): Promise<string | undefined> {
    const encrypted = await readFile(this.#parts.path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    });
    if (!encrypted) return undefined;
    const { result, shouldReEncrypt } = await this.#parts.safeStorage
      .decryptStringAsync(encrypted)
      .catch((error: unknown) => {
        throw new Error(`the token in ${this.#parts.path} cannot be decrypted: ${toError(error).message}`, {
          cause: error,
        });
      });
    if (shouldReEncrypt) await this.write(result);
    return result;
  }

  async write(secret: string): Promise<void> {
    const { safeStorage, path } = this.#parts;
    const draft = `${path}.new`;
    await writeFile(draft, await safeStorage.encryptStringAsync(secret), { mode: 0o600 });
    await chmod(draft, 0o600);
    await rename(draft, path);
  }
}
