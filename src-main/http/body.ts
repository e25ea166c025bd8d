import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { BridgeError, toError } from '../../src-shared/bridge-error.ts';
import { parseJsonText } from '../../src-shared/json-text.ts';

/** Bytes of a refused body that are read and thrown away, so that a client gets to read the answer. */
const maxDiscarded = 8 * 1_048_576;

/**
 * The JSON value in the body of a request, which is counted as it arrives: what a client declares proves nothing.
 * @throws BridgeError `request_too_large`, `invalid_json`, `too_deep`
 */
export function readJson(request: IncomingMessage, limit: number): Promise<unknown> {
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
    const onEnd = () => {
      try {
        resolve(parseJsonText(decode(chunks), 'the body'));
      } catch (error) {
        reject(toError(error));
      }
    };
    request.on('data', onData);
    request.on('end', onEnd);
    request.on('error', () => reject(new BridgeError('invalid_request', 'the request ended early')));
  });
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function decode(chunks: readonly Buffer[]): string {
  const [first] = chunks;
  try {
    return decoder.decode(first && chunks.length === 1 ? first : Buffer.concat(chunks));
  } catch (cause) {
    throw new BridgeError('invalid_json', 'the body is not valid UTF-8', { cause });
  }
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
