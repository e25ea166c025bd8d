import type { IncomingHttpHeaders } from 'node:http';
import { BridgeError } from '../../src-shared/bridge-error.ts';

/** `application/json` or `application/<token>+json`, with or without parameters. */
const json = /^application\/(?:[a-z\d!#$%&'*.^_`|~-][a-z\d!#$%&'*+.^_`|~-]*\+)?json[ \t]*(?:;.*)?$/i;

/** Whether a Content-Type header names JSON (wire specification 7.4). */
export function isJsonMediaType(header: string): boolean {
  return json.test(header);
}

/**
 * Whether a browser made this request. Pages can leave out or choose a Content-Type but not these headers, so a
 * missing type is fine from anybody else (11.2).
 */
function isFromBrowser(headers: IncomingHttpHeaders): boolean {
  if (headers.origin !== undefined) return true;
  return Object.keys(headers).some((name) => name.startsWith('sec-fetch-'));
}

/** One JSON value on each line, under the names that it has. */
const jsonLines = /^application\/(?:x-)?(?:ndjson|jsonl|json-lines|jsonlines)[ \t]*(?:;.*)?$/i;

/**
 * Refuses a body that is not JSON. A page of another site can post text without asking, JSON only after a preflight.
 * @throws BridgeError `unsupported_media_type`
 */
export function requireJsonMediaType(headers: IncomingHttpHeaders): void {
  requireMediaType(headers, { allowed: isJsonMediaType, example: 'application/json' });
}

/** The same for JSON Lines. @throws BridgeError `unsupported_media_type` */
export function requireJsonLinesMediaType(headers: IncomingHttpHeaders): void {
  requireMediaType(headers, { allowed: (type) => jsonLines.test(type), example: 'application/x-ndjson' });
}

function requireMediaType(
  headers: IncomingHttpHeaders,
  { allowed, example }: { allowed: (type: string) => boolean; example: string },
): void {
  const type = headers['content-type'] ?? '';
  if (type === '' ? !isFromBrowser(headers) : allowed(type)) return;
  throw new BridgeError('unsupported_media_type', `the request needs the header Content-Type: ${example}`, {
    field: 'Content-Type',
  });
}
