import { BridgeError } from '../../src-shared/bridge-error.ts';
import { fault } from './text-file.ts';

/** Methods that change something. Reads are not checked: without CORS headers a page cannot see their answer. */
const writing: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

export interface OriginCheck {
  method: string | undefined;
  origin: string | undefined;
  /** The scheme that the client used (see `requestScheme`). */
  scheme: 'http' | 'https';
  /** The Host header. */
  host: string | undefined;
}

/** Which pages may write to this relay, and read its answers (wire specification 7.4, 3.1). */
export class OriginPolicy {
  readonly #listed = new Set<string>();

  /**
   * @param listed origins such as `https://dash.example.com`; none means the relay's own pages only
   * @throws BridgeError `invalid_value` naming the first entry that is no origin
   */
  constructor(listed: readonly string[]) {
    for (const entry of listed) this.#listed.add(parseListed(entry));
  }

  /** @throws BridgeError `origin_not_allowed` for a write from a page that is neither ours nor listed */
  require({ method, origin, scheme, host }: OriginCheck): void {
    if (origin === undefined || !writing.has(method ?? '')) return;
    const page = normalizeOrigin(origin);
    if (
      page !== undefined &&
      (this.#listed.has(page) || page === normalizeOrigin(`${scheme}://${host ?? ''}`))
    )
      return;
    const named = page === undefined ? 'of this origin' : `of the origin "${page}"`;
    throw new BridgeError('origin_not_allowed', `pages ${named} may not write to this relay`, {
      field: 'Origin',
    });
  }

  /**
   * The CORS headers of an answer, none for a page that is not listed. The caller sends `Vary: Origin` with every
   * answer, with or without them.
   */
  responseHeaders(origin: string | undefined): Record<string, string> {
    const page = origin === undefined ? undefined : normalizeOrigin(origin);
    if (origin === undefined || page === undefined || !this.#listed.has(page)) return {};
    return {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers': 'Mcp-Session-Id',
    };
  }

  /** The headers that answer a preflight; undefined when the page may not. */
  preflight(origin: string | undefined): Record<string, string> | undefined {
    const headers = this.responseHeaders(origin);
    if (headers['Access-Control-Allow-Origin'] === undefined) return undefined;
    return {
      ...headers,
      'Access-Control-Allow-Methods': 'GET, POST, PATCH, DELETE, OPTIONS',
      'Access-Control-Allow-Headers':
        'Authorization, Content-Type, Last-Event-ID, Mcp-Session-Id, MCP-Protocol-Version',
      'Access-Control-Max-Age': '600',
    };
  }
}

/**
 * An origin in the form in which two are compared: lower case, without the scheme's default port. Undefined for
 * `null`, for a list, and for anything with more than a scheme, a host and a port.
 */
function normalizeOrigin(text: string): string | undefined {
  // The URL parser forgives blanks, backslashes, missing slashes and user information; an Origin has none of these.
  if (!/^[a-z][a-z\d+.-]*:\/\/[^\s/\\?#@,]+$/i.test(text)) return undefined;
  const url = URL.parse(text);
  return url === null ? undefined : `${url.protocol}//${url.host.toLowerCase()}`;
}

function parseListed(entry: string): string {
  const origin = normalizeOrigin(entry.trim().replace(/\/$/, ''));
  if (origin !== undefined && !origin.includes('*')) return origin;
  throw fault(`the CORS origin "${entry}" is not an origin such as https://dash.example.com`, 'corsOrigins');
}
