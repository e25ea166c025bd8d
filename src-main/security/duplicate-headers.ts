import { BridgeError } from '../../src-shared/bridge-error.ts';

/**
 * Node keeps the first of two Host or Authorization headers and joins two Origins; a proxy may have looked at the other one. Such a
 * request is refused (wire specification 7.4).
 * @param rawHeaders names and values in turn, as `IncomingMessage.rawHeaders` has them
 * @throws BridgeError `invalid_request` naming the header
 */
export function requireSingleHeaders(rawHeaders: readonly string[]): void {
  let hosts = 0;
  let origins = 0;
  let credentials = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    // Length first: this runs for every header of every request.
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
    else if (name.length === 6 && name.toLowerCase() === 'origin') origins++;
    else if (name.length === 13 && name.toLowerCase() === 'authorization') credentials++;
  }
  if (hosts > 1) throw duplicate('Host');
  if (origins > 1) throw duplicate('Origin');
  if (credentials > 1) throw duplicate('Authorization');
}

function duplicate(name: string): BridgeError {
  return new BridgeError('invalid_request', `the request has more than one ${name} header`, { field: name });
}
