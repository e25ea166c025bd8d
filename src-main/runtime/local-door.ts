import { once } from 'node:events';
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders, RequestListener } from 'node:http';
import { duplexPair, Readable, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BridgeError, toError } from '../../src-shared/bridge-error.ts';
import { createServer, request as open } from '../http/node-http.ts';

/** What belongs to the caller's connection or identity, and is not passed on. */
const ownHeaders = ['host', 'connection', 'content-length', 'origin', 'referer', 'cookie', 'authorization'];

/** What belongs to the connection inside, or to a browser that came over the network. */
const innerHeaders = [
  'connection',
  'keep-alive',
  'transfer-encoding',
  'set-cookie',
  'strict-transport-security',
];

/** Statuses whose answers have no body. */
const bodiless = [204, 304];

/**
 * A way into the relay for the process that runs it: HTTP as everywhere, but over a pipe in memory. It needs no port, so
 * nobody else can answer in the relay's place, and it does not care about TLS, or about which address is listened on.
 */
export class LocalDoor {
  readonly #token: string;
  /** Never listens: connections are handed to it. */
  readonly #server;
  readonly #pipes = new Set<Duplex>();
  #closed = false;

  /** @param token what the requests authenticate with */
  constructor({ handle, token }: { handle: RequestListener; token: string }) {
    this.#token = token;
    this.#server = createServer(handle);
  }

  /**
   * Answers a request to any origin from the relay. Headers and bodies are streamed both ways; a stream ends when its
   * reader cancels it, when `request.signal` aborts, or when the door is closed.
   * @throws BridgeError `shutting_down` when the door is closed, `unreachable` when the relay breaks off; the signal's reason
   */
  async fetch(request: Request): Promise<Response> {
    if (this.#closed) throw new BridgeError('shutting_down', 'the relay is stopping', { retryAfter: 1 });
    const { pathname, search } = new URL(request.url);
    const outgoing = open({
      createConnection: () => this.#connect(),
      method: request.method,
      path: pathname + search,
      headers: this.#headers(request),
    });
    const abort = () => outgoing.destroy();
    request.signal.addEventListener('abort', abort, { once: true });
    outgoing.once('close', () => request.signal.removeEventListener('abort', abort));
    try {
      const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
      const [incoming] = await Promise.race([answered, failed(send(request, outgoing))]);
      return toResponse(incoming, request.method === 'HEAD');
    } catch (error) {
      request.signal.throwIfAborted();
      throw new BridgeError('unreachable', `the relay broke off: ${toError(error).message}`, {
        cause: error,
      });
    }
  }

  /** Cuts what is under way and takes nothing further. */
  close(): void {
    this.#closed = true;
    for (const pipe of this.#pipes) pipe.destroy();
  }

  #headers(request: Request): OutgoingHttpHeaders {
    const headers = Object.fromEntries(
      [...request.headers].filter(([name]) => !ownHeaders.includes(name) && !name.startsWith('sec-')),
    );
    return { ...headers, host: 'localhost', authorization: `Bearer ${this.#token}` };
  }

  #connect(): Duplex {
    const [near, far] = duplexPair();
    near.once('close', () => far.destroy());
    far.once('close', () => {
      this.#pipes.delete(far);
      near.destroy();
    });
    // Whoever the request comes from is on this machine, and the audit log shall say so.
    Object.assign(far, { remoteAddress: '127.0.0.1' });
    this.#pipes.add(far);
    this.#server.emit('connection', far);
    return near;
  }
}

async function send(request: Request, outgoing: ClientRequest): Promise<void> {
  if (request.body === null) outgoing.end();
  // The types of the body in Node and in the web library are one thing under two names.
  else await pipeline(Readable.fromWeb(request.body), outgoing);
}

/** Rejects when `sending` does; an answer may come before everything was sent. */
function failed(sending: Promise<void>): Promise<never> {
  return new Promise((_, reject) => {
    sending.catch((error: unknown) => reject(toError(error)));
  });
}

function toResponse(incoming: IncomingMessage, isHead: boolean): Response {
  const status = incoming.statusCode ?? 500;
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    if (innerHeaders.includes(name)) continue;
    for (const value of values ?? []) headers.append(name, value);
  }
  const hasBody = !isHead && !bodiless.includes(status);
  if (!hasBody) incoming.resume();
  return new Response(hasBody ? (Readable.toWeb(incoming) as globalThis.ReadableStream) : null, {
    status,
    headers,
  });
}
