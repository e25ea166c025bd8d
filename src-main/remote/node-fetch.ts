import { Agent as HttpAgent, request as overHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as overHttps } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { toError } from '../../src-shared/bridge-error.ts';
import { NoConnection, reasonOf } from './no-connection.ts';
import { PinnedAgent } from './pinned-agent.ts';
import type { Trust } from './trust.ts';

export interface NodeFetchOptions {
  /** Connections at the same time; what is over waits. */
  maxSockets?: number;
  /** A connection on which nothing has come for so long counts as broken, in ms. */
  silenceMs?: number;
  /** The same until the response begins, for servers that are known to begin soon; also the time to connect. */
  headMs?: number;
}

/**
 * A `fetch` that knows private certificates, which the built-in one cannot be told. Never follows a redirect: it would
 * carry the token to wherever it points. Failures reject with NoConnection, which says whether the request may have
 * arrived.
 */
export function nodeFetch(trust: Trust, options: NodeFetchOptions = {}): typeof fetch {
  const { maxSockets = Infinity, silenceMs = 90_000, headMs = silenceMs } = options;
  const plain = new HttpAgent({ keepAlive: true, maxSockets });
  const secure = secureAgent(trust, maxSockets);
  return async (input, init) => {
    const request = new Request(input, init);
    const signal = init?.signal ?? undefined;
    signal?.throwIfAborted();
    const settings = { method: request.method, headers: Object.fromEntries(request.headers) };
    const outgoing =
      new URL(request.url).protocol === 'https:'
        ? overHttps(request.url, { ...settings, agent: secure })
        : overHttp(request.url, { ...settings, agent: plain });
    let incoming: IncomingMessage | undefined;
    outgoing.once('response', (response) => {
      incoming = response;
      outgoing.setTimeout(silenceMs);
      // Whoever reads the body is told; an error that nobody reads any more concerns nobody.
      response.on('error', () => undefined);
    });
    // Once there is a response, the connection is its: the request would take it from whoever uses it next.
    const abort = () => (incoming ?? outgoing).destroy(new NoConnection('the caller gave up', true));
    signal?.addEventListener('abort', abort);
    outgoing.once('close', () => signal?.removeEventListener('abort', abort));
    outgoing.setTimeout(headMs, () => {
      const silentMs = incoming ? silenceMs : headMs;
      outgoing.destroy(new NoConnection(`nothing came for ${Math.round(silentMs / 1000)} s`, true));
    });
    try {
      const answered = responseTo(outgoing, headMs);
      // Not awaited: who refuses a large body answers before its end, and has to be read to be understood.
      void send(outgoing, request, init?.body);
      return toResponse(await answered);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  };
}

function secureAgent(trust: Trust, maxSockets: number): HttpsAgent {
  const options = { keepAlive: true, maxSockets };
  switch (trust.kind) {
    case 'system':
      return new HttpsAgent(options);
    case 'authority':
      return new HttpsAgent({ ...options, ca: trust.pem });
    case 'fingerprint':
      return new PinnedAgent(trust.fingerprint, options);
    case 'loopback':
      return new HttpsAgent({ ...options, rejectUnauthorized: false });
  }
}

/** The head of the response. A connection that cannot be made within `connectMs` is given up. */
function responseTo(outgoing: ClientRequest, connectMs: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // Before its connection stands, a request cannot have arrived anywhere.
    let connected = false;
    outgoing.once('socket', (socket) => {
      if (!socket.connecting) {
        connected = true;
        return;
      }
      // Left to the system, packets into the void are sent again and again for minutes.
      const tooLate = setTimeout(() => {
        outgoing.destroy(new NoConnection(`no connection within ${Math.round(connectMs / 1000)} s`, false));
      }, connectMs);
      outgoing.once('close', () => clearTimeout(tooLate));
      socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => {
        clearTimeout(tooLate);
        connected = true;
      });
    });
    outgoing.once('response', resolve);
    // Stays: an error after the response is that of its body.
    outgoing.on('error', (error) => {
      reject(error instanceof NoConnection ? error : new NoConnection(reasonOf(error), connected));
    });
  });
}

async function send(outgoing: ClientRequest, request: Request, body: unknown): Promise<void> {
  if (typeof body === 'string') outgoing.end(body);
  else if (request.body === null) outgoing.end();
  // Why it could not be sent is what the response rejects with; it may also have been answered before its end.
  else await pipeline(Readable.fromWeb(request.body), outgoing).catch(() => undefined);
}

function toResponse(incoming: IncomingMessage): Response {
  const status = incoming.statusCode ?? 0;
  if (status >= 300 && status < 400) {
    incoming.destroy();
    throw new NoConnection(
      `it answered with a redirect (HTTP status ${status}), which is not followed`,
      true,
    );
  }
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const empty = status === 204 || status === 205;
  if (empty) incoming.resume();
  return new Response(empty ? null : toWeb(incoming), { status, headers });
}

/** The body, which fails with NoConnection when the connection breaks off. */
function toWeb(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks = incoming[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await chunks.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        controller.error(new NoConnection(reasonOf(toError(error)), true));
      }
    },
    cancel() {
      incoming.destroy();
    },
  });
}
