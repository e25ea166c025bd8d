import type { AgentBody } from '../../../../src-shared/api/agents.ts';
import { BridgeError } from '../../../../src-shared/bridge-error.ts';
import type { ApiClient, CallOptions } from '../../../../src-shared/client/api-client.ts';

/** Who is there, as the relay said last. */
export class Agents {
  all: readonly AgentBody[] = [];
  /** Undefined before the first answer. */
  askedAt: number | undefined;
  problem: string | undefined;
  /** Rows above the window. */
  top = 0;

  readonly #client: ApiClient;
  readonly #options: CallOptions;

  constructor(client: ApiClient, options: CallOptions) {
    this.#client = client;
    this.#options = options;
  }

  async ask(): Promise<void> {
    try {
      this.all = (await this.#client.agents(this.#options)).agents;
      this.askedAt = Date.now();
      this.problem = undefined;
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      this.problem = error.message;
    }
  }

  move(by: number): void {
    this.top = Math.min(Math.max(this.top + by, 0), Math.max(0, this.all.length - 1));
  }
}
