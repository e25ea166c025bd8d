import { shorten } from '../../src-shared/text.ts';

/** Longest name of a program that is kept, in code points. */
const maxUserAgent = 200;

/** When a token was used last, from where and by what, as far as this process knows, and what is open with it. */
export class TokenUsage {
  readonly #onUsed: () => void;
  /** In ms since 1970. */
  lastUsedAt: number | undefined;
  lastAddress = '';
  /** What the program calls itself in the header `User-Agent`. */
  lastUserAgent: string | undefined;
  #open = 0;

  /** @param onUsed called at each use, so it must be cheap */
  constructor(onUsed: () => void) {
    this.#onUsed = onUsed;
  }

  /** Requests and streams that are open now. */
  get open(): number {
    return this.#open;
  }

  seen(address: string, userAgent?: string): void {
    this.lastAddress = address;
    this.lastUserAgent = userAgent === undefined ? undefined : shorten(userAgent, maxUserAgent);
    this.#touch();
  }

  /** A request or stream begins; the function returned tells that it is over, and must be called once. */
  begin(): () => void {
    this.#open++;
    return () => {
      this.#open--;
      this.#touch();
    };
  }

  #touch(): void {
    this.lastUsedAt = Date.now();
    this.#onUsed();
  }
}
