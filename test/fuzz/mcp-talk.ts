import { rpcFaults } from './rules.ts';
import { hello, type McpLine } from './mcp-lines.ts';
import type { McpMessage } from './mcp-messages.ts';
import type { Tally } from './tally.ts';

/** Time after which a call counts as hanging, in ms. */
const limitMs = 30_000;

interface Pending {
  shown: string;
  seed: number;
  mayWait: boolean;
  started: number;
}

/** Sends messages to one MCP server and follows which of them are answered, and how. */
export class McpTalk {
  readonly #line: McpLine;
  readonly #name: string;
  readonly #secure: boolean;
  readonly #tally: Tally;
  readonly #pending = new Map<string, Pending>();
  #settled: () => void = () => undefined;
  #ids = 0;
  #seed = 0;

  /**
   * @param name how the transport is called in the report
   * @param secure the relay encrypts
   */
  constructor(line: McpLine, { name, secure, tally }: { name: string; secure: boolean; tally: Tally }) {
    this.#line = line;
    this.#name = name;
    this.#secure = secure;
    this.#tally = tally;
    line.onMessage = (text) => this.#take(text);
  }

  async begin(): Promise<void> {
    await this.#send({ write: hello, answered: true, mayWait: false });
    await this.#line.send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
    await this.#allSettled();
  }

  /** Sends all of them, and a ping behind, and waits until what has to be answered is. */
  async exchange(messages: readonly McpMessage[], seed: number): Promise<void> {
    this.#seed = seed;
    for (const message of messages) {
      this.#tally.count(this.#name, this.#secure);
      await this.#send(message);
    }
    await this.#send({
      write: (id) => JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' }),
      answered: true,
      mayWait: false,
    });
    await this.#allSettled();
    // Who still waits for messages is told to stop.
    for (const id of this.#pending.keys()) {
      const params = { requestId: id };
      await this.#line.send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }));
    }
    this.#pending.clear();
  }

  async #send({ write, answered, mayWait }: McpMessage): Promise<void> {
    const id = `${this.#name} ${++this.#ids}`;
    const shown = write(id);
    if (answered) this.#pending.set(id, { shown, seed: this.#seed, mayWait, started: performance.now() });
    const { taken, faults } = await this.#line.send(shown);
    if (!taken) this.#pending.delete(id);
    if (faults.length > 0) this.#fail(faults, shown);
  }

  #take(text: string): void {
    let value: Record<string, unknown>;
    try {
      value = JSON.parse(text) as Record<string, unknown>;
    } catch {
      this.#fail(['the answer is not JSON'], text);
      return;
    }
    if ('method' in value) return;
    const pending = typeof value['id'] === 'string' ? this.#pending.get(value['id']) : undefined;
    const faults = rpcFaults(value);
    if (faults.length > 0) this.#fail(faults, pending?.shown ?? text);
    const result = value['result'] as
      { isError?: boolean; structuredContent?: { code?: string } } | undefined;
    const error = value['error'] as { data?: { code?: string } } | undefined;
    const failed = error !== undefined || result?.isError === true;
    this.#tally.answered(
      failed ? 'MCP error' : 'MCP result',
      error?.data?.code ?? (failed ? result?.structuredContent?.code : undefined),
    );
    if (!pending) return;
    this.#pending.delete(value['id'] as string);
    if (!pending.mayWait) this.#tally.took(performance.now() - pending.started, this.#name);
    this.#settled();
  }

  /** Resolves when nothing is left but what may wait. */
  async #allSettled(): Promise<void> {
    const owed = () => Array.from(this.#pending.values()).filter(({ mayWait }) => !mayWait);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, limitMs, 'late')));
    const gone = this.#line.gone.then(() => 'gone' as const);
    while (owed().length > 0) {
      const settled = new Promise<'settled'>((resolve) => (this.#settled = () => resolve('settled')));
      const what = await Promise.race([settled, late, gone]);
      if (what === 'settled') continue;
      for (const { shown } of owed())
        this.#fail([what === 'late' ? 'it was never answered' : 'the server has gone'], shown);
      this.#pending.clear();
    }
    clearTimeout(timer);
  }

  #fail(faults: string[], shown: string): void {
    this.#tally.fail({ seed: this.#seed, what: this.#name, faults, shown });
  }
}
