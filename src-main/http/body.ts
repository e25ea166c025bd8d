import type { IncomingMessage } from 'node:http';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { nestingDepth } from '../../src-shared/message.ts';

/** Nesting of a request body. Nothing we take is deeper; parsers of other programs give up somewhat above. */
const maxDepth = 64;

/** Bytes of a refused body that are read and thrown away, so that a client gets to read the answer. */
const maxDiscarded = 8 * 1_048_576;

/**
 * The JSON value in the body of a request.
 * @throws BridgeError `invalid_framing`, `request_too_large`, `invalid_json`, `too_deep`
 */
export async function readJson(request: IncomingMessage, limit: number): Promise<unknown> {
  const text = decode(await readBytes(request, limit));
  if (nestingDepth(text) > maxDepth) {
    throw new BridgeError('too_deep', `the body is nested more than ${maxDepth} levels deep`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BridgeError('invalid_json', 'the body is not valid JSON', { cause });
  }
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
  const encoding = request.headers['transfer-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'chunked') {
    const sentence = 'the only Transfer-Encoding that is understood is chunked';
    return Promise.reject(new BridgeError('invalid_framing', sentence, { field: 'Transfer-Encoding' }));
  }
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
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once('error', () => reject(new BridgeError('invalid_request', 'the request ended early')));
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
