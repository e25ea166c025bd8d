import { Agent, request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { Target } from './http-client.ts';

/** One frame of an event stream, as its lines say. */
export interface Frame {
  id: string | undefined;
  event: string;
  data: Record<string, unknown>;
  /** The whole frame with its line ends and the blank line. */
  raw: string;
}

/** An open event stream. */
export class EventReader implements Disposable {
  readonly response: IncomingMessage;
  /** Frames that were read and not yet taken by `next`. */
  readonly #frames: Frame[] = [];
  #rest = '';
  #ended = false;
  #look: (() => void) | undefined;
  /** Everything that was received. */
  text = '';
  /** Resolves when the stream has ended, in whatever way. */
  readonly closed: Promise<void>;

  constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      this.text += chunk;
      this.#take(chunk);
      this.#look?.();
    });
    response.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      response.once('close', () => {
        this.#ended = true;
        this.#look?.();
        resolve();
      });
    });
  }

  /** The next frame that is not a comment; undefined when the stream has ended. */
  async next(): Promise<Frame | undefined> {
    return (await this.take(1))[0];
  }

  /** The next `count` frames; fewer if the stream ends before. */
  take(count: number): Promise<Frame[]> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (this.#frames.length < count && !this.#ended) return;
        this.#look = undefined;
        resolve(this.#frames.splice(0, count));
      };
      this.#look();
    });
  }

  /** All further frames up to the end of the stream. */
  rest(): Promise<Frame[]> {
    return this.take(Infinity);
  }

  /** Resolves as soon as `text` was received, in a comment or wherever. */
  received(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#look = () => {
        const found = this.text.includes(text);
        if (!found && !this.#ended) return;
        this.#look = undefined;
        if (found) resolve();
        else reject(new Error(`the stream ended before ${text} came`));
      };
      this.#look();
    });
  }

  /** Stops reading, so that the relay's writes pile up. */
  pause(): void {
    this.response.pause();
  }

  resume(): void {
    this.response.resume();
  }

  close(): void {
    this.response.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #take(chunk: string): void {
    const parts = (this.#rest + chunk).split('\r\n\r\n');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) {
      const frame = toFrame(part);
      if (frame) this.#frames.push(frame);
    }
  }
}

/** Opens a stream and resolves as soon as its headers are there. Rejects with the answer if it is refused. */
export async function openEvents(
  target: Target,
  path: string,
  headers: OutgoingHttpHeaders = {},
): Promise<EventReader> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const { host = '127.0.0.1', port } = target;
    request({ host, port, path, headers, agent: new Agent({ keepAlive: true }) })
      .once('response', resolve)
      .once('error', reject)
      .end();
  });
  if (response.statusCode !== 200) {
    response.resume();
    throw new Error(`the stream was refused with status ${response.statusCode ?? 0}`);
  }
  return new EventReader(response);
}

/** The stream of a channel. */
export function follow(
  target: Target,
  channel: string,
  headers: OutgoingHttpHeaders = {},
): Promise<EventReader> {
  return openEvents(target, `/events/channel/${encodeURIComponent(channel)}`, headers);
}

function toFrame(part: string): Frame | undefined {
  const lines = part.split('\r\n');
  const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  const event = field('event');
  if (event === undefined) return undefined;
  return {
    id: field('id'),
    event,
    // Parsed when it is asked for: the first frame of the legacy MCP transport is no JSON.
    get data() {
      return JSON.parse(field('data') ?? 'null') as Record<string, unknown>;
    },
    raw: `${part}\r\n\r\n`,
  };
}
