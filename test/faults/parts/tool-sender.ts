import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Draft, Model } from '../model.ts';
import type { Place } from './ask.ts';
import { channels } from './load.ts';
import { pause, until } from './pause.ts';
import type { Random } from './random.ts';

export interface ToolSenderOptions {
  model: Model;
  random: Random;
  name: string;
  /** A new way to a relay. */
  transport: () => Transport;
  /** Rests so long at most between two messages, in ms. */
  restMs?: number;
}

interface Outcome {
  isError?: boolean;
  structuredContent?: Record<string, unknown>;
}

/** An MCP client that sends one message after the other, and connects anew when its connection is gone. */
export class ToolSender {
  readonly #options: ToolSenderOptions;
  readonly #giveUp = new AbortController();
  readonly #done: Promise<void>;
  #isFinishing = false;
  #isIdle = false;
  #wasServed = false;
  #connection: { client: Client; transport: Transport } | undefined;

  constructor(options: ToolSenderOptions) {
    this.#options = options;
    this.#done = this.#run();
  }

  /** Signals the process at the other end of a stdio transport, if there is one right now. */
  signal(name: NodeJS.Signals): void {
    const { transport } = this.#connection ?? {};
    if (transport instanceof StdioClientTransport && transport.pid !== null)
      process.kill(transport.pid, name);
  }

  /** Lets it bring its last message to an end, and ends it. */
  async finish(limitMs = 60_000): Promise<void> {
    this.#isFinishing = true;
    try {
      await until(() => this.#isIdle, `${this.#options.name} could not send its last message`, limitMs);
    } finally {
      this.#giveUp.abort();
      await this.#disconnect();
      await this.#done;
    }
    if (!this.#wasServed) throw new Error(`${this.#options.name} was never served`);
  }

  async #run(): Promise<void> {
    const { model, random, name, restMs = 0 } = this.#options;
    for (let number = 0; !this.#isFinishing; number++) {
      const key = `${name}.${number}`;
      const draft = { key, channel: random.pick(channels), sender: name, content: `${key} `.padEnd(60, '.') };
      model.intends(draft);
      await this.#sendUntilAcknowledged(draft);
      if (restMs > 0) await pause(random.between(0, restMs), this.#giveUp.signal);
    }
    this.#isIdle = true;
  }

  async #sendUntilAcknowledged(draft: Draft): Promise<void> {
    const { model } = this.#options;
    while (!this.#giveUp.signal.aborted) {
      const outcome = await this.#send(draft);
      const facts = outcome?.structuredContent ?? {};
      if (outcome && outcome.isError !== true) {
        model.acknowledges(draft, facts as { id: string; seq: number });
        this.#wasServed = true;
        return;
      }
      if (outcome) model.refused('a send over MCP', 0, facts['code']);
      await pause(this.#options.random.between(5, 60), this.#giveUp.signal);
    }
  }

  /** Undefined if there was no answer. */
  async #send({ key, channel, sender, content }: Draft): Promise<Outcome | undefined> {
    try {
      this.#connection ??= await this.#connect();
      const input = { channel, sender, content, idempotency_key: key };
      const call = { name: 'bridge_send', arguments: input };
      return (await this.#connection.client.callTool(call)) as Outcome;
    } catch {
      this.#options.model.unanswered++;
      await this.#disconnect();
      return undefined;
    }
  }

  async #connect() {
    const { name, transport: make } = this.#options;
    const transport = make();
    const client = new Client({ name, version: '1.0' });
    await client.connect(transport);
    return { client, transport };
  }

  async #disconnect(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.client.close().catch(() => undefined);
  }
}

export function overHttp({ host, port }: Place): StreamableHTTPClientTransport {
  return new StreamableHTTPClientTransport(new URL(`http://${host}:${port}/mcp`));
}
