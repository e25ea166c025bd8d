import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';

/** An answer as it came over the wire. */
export interface WireAnswer {
  status: number;
  /** Names in lower case. */
  headers: [name: string, value: string][];
  body: string;
  /** Whether all of it came; a stream is left after its head. */
  complete: boolean;
}

export interface Exchange {
  answers: WireAnswer[];
  /** How it ended: everything was answered, the relay closed the connection, or nothing happened any more. */
  end: 'answered' | 'closed' | 'left' | 'silent';
  ms: number;
}

/** A way to a relay. */
export interface Line {
  socket: Socket;
  /** Emitted when it may be written to. */
  ready: 'connect' | 'secureConnect';
}

export interface ExchangeOptions extends Line {
  /** Written one after the other, each in a turn of its own. */
  pieces: readonly Buffer[];
  /** Of each request that is in the pieces, whether it asks for a head only. */
  headOnly: readonly boolean[];
  /** The client sends its end behind the pieces. */
  ends: boolean;
  /** The client goes after this time, in ms: the answer may take longer by right. */
  leaveAfterMs?: number | undefined;
  /** Time after which the relay counts as hanging, in ms. */
  limitMs: number;
  /** The connection is left open. */
  stays?: boolean;
}

/** A connection to a relay, encrypted if that is. */
export function lineTo({ port, ca }: { port: number; ca: string | undefined }): Line {
  const place = { port, host: '127.0.0.1', allowHalfOpen: true };
  if (ca === undefined) return { socket: connect(place), ready: 'connect' };
  return { socket: connectSecurely({ ...place, ca, servername: 'localhost' }), ready: 'secureConnect' };
}

/** Writes bytes to the relay as they are and reads what it answers. Never rejects. */
export function exchange(options: ExchangeOptions): Promise<Exchange> {
  const { socket, ready, pieces, headOnly, ends, leaveAfterMs, limitMs, stays = false } = options;
  const started = performance.now();
  return new Promise((resolve) => {
    let received: Buffer = Buffer.alloc(0);
    const answers: WireAnswer[] = [];
    const finish = (end: Exchange['end']) => {
      clearTimeout(limit);
      clearTimeout(leave);
      if (!stays) socket.destroy();
      resolve({ answers, end, ms: performance.now() - started });
    };
    const limit = setTimeout(() => finish('silent'), limitMs);
    const leave = leaveAfterMs === undefined ? undefined : setTimeout(() => finish('left'), leaveAfterMs);
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      for (;;) {
        const next = readAnswer(received, headOnly[answers.length] ?? false);
        if (!next) return;
        received = received.subarray(next.bytes);
        if (next.answer.status < 200) continue;
        answers.push(next.answer);
        if (answers.length >= headOnly.length || !next.answer.complete) {
          finish('answered');
          return;
        }
      }
    });
    // A reset is an end, too: what counts is what came before it.
    socket.on('error', () => undefined);
    socket.on('end', () => finish('closed'));
    socket.on('close', () => finish('closed'));
    const write = (index: number) => {
      const piece = pieces[index];
      if (piece === undefined) {
        if (ends) socket.end();
        return;
      }
      if (socket.writable) socket.write(piece);
      setImmediate(write, index + 1);
    };
    socket.once(ready, () => write(0));
  });
}

/** The answer at the beginning of `received`, if its head is there, and its body unless it is a stream. */
function readAnswer(received: Buffer, headOnly: boolean): { answer: WireAnswer; bytes: number } | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1] ?? 0);
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const header = (name: string) => headers.find(([one]) => one === name)?.[1];
  const head = { status, headers, body: '', complete: true };
  const start = end + 4;
  if (headOnly || status < 200 || status === 204 || status === 304) return { answer: head, bytes: start };
  if (header('transfer-encoding') === 'chunked') {
    const body = readChunks(received, start);
    if (body) return { answer: { ...head, body: body.text }, bytes: body.end };
    // A stream goes on for ever; its head says enough.
    if (!header('content-type')?.startsWith('text/event-stream')) return undefined;
    return { answer: { ...head, complete: false }, bytes: received.length };
  }
  const length = Number(header('content-length') ?? 0);
  if (received.length < start + length) return undefined;
  return {
    answer: { ...head, body: received.toString('utf8', start, start + length) },
    bytes: start + length,
  };
}

function readChunks(received: Buffer, start: number): { text: string; end: number } | undefined {
  const chunks: Buffer[] = [];
  for (let at = start; ;) {
    const lineEnd = received.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = parseInt(received.toString('latin1', at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (Number.isNaN(size) || received.length < next) return undefined;
    if (size === 0) return { text: Buffer.concat(chunks).toString('utf8'), end: next };
    chunks.push(received.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = next;
  }
}
