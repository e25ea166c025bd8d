import { existsSync } from 'node:fs';
import { toError } from '../../src-shared/bridge-error.ts';
import type { TokenKeeping } from '../../src-shared/desktop-state.ts';
import { generateToken } from '../security/token-file.ts';
import type { TokenVault } from '../runtime/token-place.ts';
import type { TokenKeeper } from './token-keeper.ts';

export interface KeptTokenParts {
  keeper: Pick<TokenKeeper, 'weakness' | 'read' | 'write'>;
  /** Where the relay keeps a token that it made when it runs without the application. */
  file: string;
}

/**
 * The token that the relay made for itself: with the system's protection where there is one. A token that is already in
 * the file stays there, since the command line may count on it.
 */
export class KeptToken {
  readonly #parts: KeptTokenParts;
  #token: string | undefined;
  #weakness: string | undefined;
  /** A token that was kept and cannot be read any more, in words. */
  problem: string | undefined;

  private constructor(parts: KeptTokenParts) {
    this.#parts = parts;
  }

  static async open(parts: KeptTokenParts): Promise<KeptToken> {
    const kept = new KeptToken(parts);
    if (existsSync(parts.file)) {
      kept.#weakness = 'it was made there, perhaps for the command line';
      return kept;
    }
    kept.#weakness = await parts.keeper.weakness();
    if (kept.#weakness !== undefined) return kept;
    try {
      kept.#token = await parts.keeper.read();
      // Kept before anybody can be told of it.
      if (kept.#token === undefined) await kept.#keep(generateToken());
    } catch (error) {
      kept.problem = `The system does not keep the token: ${toError(error).message}. The relay makes another one.`;
      kept.#weakness = 'the protected storage of the system failed';
    }
    return kept;
  }

  /** The token, if the system protects it; else the relay keeps it in its file. */
  get protected(): string | undefined {
    return this.#token;
  }

  /** How it is kept, where the relay needs one that was not configured. */
  get keeping(): TokenKeeping {
    if (this.#token !== undefined) return { place: 'keychain', note: null };
    return {
      place: 'file',
      note: `It is in a file that only you can read, because ${this.#weakness ?? 'nothing better is known'}.`,
    };
  }

  /** What the relay needs of it; nothing, if it keeps the token itself. */
  get vault(): TokenVault | undefined {
    if (this.#token === undefined) return undefined;
    return { read: () => this.#token, write: (token) => this.#keep(token) };
  }

  async #keep(token: string): Promise<void> {
    await this.#parts.keeper.write(token);
    this.#token = token;
  }
}
