import type { TokenBody, TokenRequest, TokenResponse } from '../../src-shared/api/tokens.ts';
import type { ApiClient } from '../../src-shared/client/api-client.ts';

/** The tokens of single machines, for administrators. A secret passes through and is not kept. */
export class MachineTokens {
  /** Undefined until the relay has answered. */
  list = $state.raw<readonly TokenBody[]>();
  /** Why they could not be fetched. */
  problem = $state.raw<unknown>();
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** A failure shows in `problem`; what was known stays. */
  async refresh(): Promise<void> {
    try {
      this.list = (await this.#api.tokens()).tokens;
      this.problem = undefined;
    } catch (error) {
      this.problem = error;
    }
  }

  /** @throws BridgeError for a label that is taken or not allowed */
  async create(request: TokenRequest): Promise<TokenResponse> {
    const made = await this.#api.createToken(request);
    await this.refresh();
    return made;
  }

  /** Gives a token another secret. @param graceSeconds for how long the one before still counts */
  async rotate(id: string, graceSeconds: number): Promise<TokenResponse> {
    const rotated = await this.#api.rotateToken(id, { grace_seconds: graceSeconds });
    await this.refresh();
    return rotated;
  }

  /** Ends a token and everything that is open with it. */
  async revoke(id: string): Promise<void> {
    await this.#api.revokeToken(id);
    await this.refresh();
  }
}
