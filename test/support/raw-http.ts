import { connect, type Socket } from 'node:net';
import type { Target } from './http-client.ts';

/** A response as it came over the wire. */
export interface RawAnswer {
  status: number;
  /** Names in lower case; the last of several equal ones. */
  headers: Record<string, string>;
  text: string;
  /** The parsed body; undefined if it is not JSON. */
  body: unknown;
}

/**
 * Writes bytes to the relay as they are, for requests that no client library would make, and reads the answers until
 * there are `answers` of them or the relay closes the connection.
 */
export async function rawExchange(
  target: Target,
  request: string | Uint8Array | readonly (string | Uint8Array)[],
  { answers = 1 }: { answers?: number } = {},
): Promise<RawAnswer[]> {
  const connection = new RawConnection(connect(target.port, target.host ?? '127.0.0.1'));
  try {
    for (const part of typeof request === 'string' || request instanceof Uint8Array ? [request] : request) {
      connection.write(part);
    }
    return await connection.answers(answers);
  } finally {
    connection.close();
  }
}

/** One answer to raw bytes. */
export async function rawRequest(
  target: Target,
  request: string | Uint8Array | readonly (string | Uint8Array)[],
): Promise<RawAnswer> {
  const [answer] = await rawExchange(target, request);
  if (!answer) throw new Error('the relay closed the connection without an answer');
  return answer;
}

/** Lines of a request head, with the blank line behind them. */
export function head(...lines: string[]): string {
  return [...lines, '', ''].join('\r\n');
}

/** A connection that is held open, to see what the relay does with it. */
export class RawConnection {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #taken = 0;
  #ended = false;
  #look: (() => void) | undefined;
  /** Resolves when the relay has closed the connection. */
  readonly closed: Promise<void>;

  constructor(socket: Socket) {
    this.#socket = socket;
    // A reset is an end, too: what counts is what was received before it.
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#look?.();
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#ended = true;
        this.#look?.();
        resolve();
      });
    });
  }

  static async open({ port, host = '127.0.0.1' }: Target): Promise<RawConnection> {
    const socket = connect(port, host);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new RawConnection(socket);
  }

  /** Everything that was received, as Latin-1. */
  get received(): string {
    return this.#received.toString('latin1');
  }

  write(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** The next `count` answers; fewer if the relay closes the connection before. */
  answers(count: number): Promise<RawAnswer[]> {
    const answers: RawAnswer[] = [];
    return new Promise((resolve) => {
      this.#look = () => {
        for (let next = this.#next(); next && answers.length < count; next = this.#next()) {
          this.#taken += next.bytes;
          if (next.answer.status !== 100) answers.push(next.answer);
          if (answers.length === count) break;
        }
        if (answers.length < count && !this.#ended) return;
        this.#look = undefined;
        resolve(answers);
      };
      this.#look();
    });
  }

  /** Resolves as soon as `text` was received. */
  receivedText(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#look = () => {
        const found = this.#received.includes(text);
        if (!found && !this.#ended) return;
        this.#look = undefined;
        if (found) resolve();
        else reject(new Error(`the connection was closed before ${text} came`));
      };
      this.#look();
    });
  }

  /** Stops reading, so that the relay's writes pile up. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  #next(): { answer: RawAnswer; bytes: number } | undefined {
    const received = this.#received.subarray(this.#taken);
    const end = received.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [statusLine = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const start = end + 4;
    const length = Number(headers['content-length'] ?? 0);
    if (received.length < start + length) return undefined;
    const text = received.subarray(start, start + length).toString('utf8');
    return {
      answer: { status: Number(statusLine.split(' ')[1]), headers, text, body: parsed(text) },
      bytes: start + length,
    };
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
