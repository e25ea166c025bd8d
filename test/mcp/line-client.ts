import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

/** The client's end of the two streams. */
export class LineClient implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #to: Duplex;
  readonly #from: Duplex;

  constructor(to: Duplex, from: Duplex) {
    this.#to = to;
    this.#from = from;
  }

  start(): Promise<void> {
    let text = '';
    this.#from.on('data', (chunk: Buffer) => {
      const lines = (text + chunk.toString()).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) this.onmessage?.(JSON.parse(line) as JSONRPCMessage);
    });
    return Promise.resolve();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (!this.#to.write(`${JSON.stringify(message)}\n`)) await once(this.#to, 'drain');
  }

  close(): Promise<void> {
    this.#to.end();
    this.onclose?.();
    return Promise.resolve();
  }
}
