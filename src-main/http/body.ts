import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { parseJsonText } from '../../src-shared/json-text.ts';

/** Bytes of a refused body that are read and thrown away, so that a client gets to read the answer. */
const maxDiscarded = 8 * 1_048_576;

/**
 * The JSON value in the body of a request.
 * @throws BridgeError `request_too_large`, `invalid_json`, `too_deep`
 */
export async function readJson(request: IncomingMessage, limit: number): Promise<unknown> {
  return parseJsonText(decode(await readBytes(request, limit)), 'the body');
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new BridgeError('invalid_json', 'the body is not valid UTF-8', { cause });
  }
}

/** The body, counted as it arrives: what a client declares proves nothing. */
function readBytes(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  const tooLarge = () =>
    new BridgeError('request_too_large', `request body too large: it exceeds ${limit} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) {
        chunks.push(chunk);
        return;
      }
      request.off('data', onData);
      reject(tooLarge());
    };
    request.on('data', onData);
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.on('error', () => reject(new BridgeError('invalid_request', 'the request ended early')));
  });
}

/**
 * Nobody knows where a body ends that is encoded in another way. Node refuses such a request only after it has handed it
 * over, when some routes have answered already.
 * @throws BridgeError `invalid_framing`
 */
export function requireKnownFraming({ 'transfer-encoding': encoding }: IncomingHttpHeaders): void {
  if (encoding === undefined || encoding.toLowerCase() === 'chunked') return;
  throw new BridgeError('invalid_framing', 'the only Transfer-Encoding that is understood is chunked', {
    field: 'Transfer-Encoding',
  });
}

/** Whether a body, or the rest of one, is still to come. */
export function awaitsBody({ complete, headers }: IncomingMessage): boolean {
  if (complete) return false;
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** Throws the rest of a refused body away, up to a point, and calls back when that is done. */
export function discardBody(request: IncomingMessage, done: () => void): void {
  if (request.closed) {
    done();
    return;
  }
  let size = 0;
  request.once('close', done);
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxDiscarded) done();
  });
  request.resume();
}
