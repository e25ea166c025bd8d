import type { AgentBody } from '../../src-shared/api/agents.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { ApiClient } from '../../src-shared/client/api-client.ts';

/** The agents that the relay has heard from in the last minutes. */
export class Presence {
  agents = $state.raw<readonly AgentBody[]>([]);
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** How many wait for messages of `channel` or have a stream open on it, by name. */
  listening(channel: string): number {
    return this.agents.filter(
      ({ waiting, streaming }) => waiting.includes(channel) || streaming.includes(channel),
    ).length;
  }

  /** A failure shows in the link, which fails as well. */
  async refresh(): Promise<void> {
    try {
      this.agents = (await this.#api.agents()).agents;
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
    }
  }

  forget(): void {
    this.agents = [];
  }
}
