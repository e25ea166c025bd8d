/** The name of the original (wire specification 7.3), so that a browser replaces an old cookie by ours. */
const name = 'claude_bridge_session';

/** 32 random bytes in URL-safe Base64. */
const sessionValue = /^[\w-]{43}$/;

/**
 * The session that a request claims.
 * @param header the Cookie header; several are one for Node, joined by semicolons
 * @returns undefined if there is none, if it is malformed, and if there are two: a neighbouring site can plant a second
 *   one, and which of them is meant nobody can tell
 */
export function readSessionCookie(header: string | undefined): string | undefined {
  const [value, ...others] = (header ?? '').split(';').flatMap(valueOf);
  return value !== undefined && others.length === 0 && sessionValue.test(value) ? value : undefined;
}

export interface CookieOptions {
  /** Whether the client used HTTPS (see `requestScheme`): then the cookie never travels without it. */
  secure: boolean;
}

/**
 * The Set-Cookie header of a sign-in: no script can read it, and no other site can make a browser send it.
 * @param value as `BrowserSessions.create` made it
 */
export function sessionCookie(
  { value, maxAgeSeconds }: { value: string; maxAgeSeconds: number },
  { secure }: CookieOptions,
): string {
  const attributes = `HttpOnly; Max-Age=${maxAgeSeconds}; Path=/; SameSite=Strict`;
  return `${name}=${value}; ${attributes}${secure ? '; Secure' : ''}`;
}

/** The Set-Cookie header of a sign-out, which takes the cookie out of the browser. */
export function expiredSessionCookie(options: CookieOptions): string {
  return sessionCookie({ value: '', maxAgeSeconds: 0 }, options);
}

/** The value of one `name=value` of a Cookie header, if it is ours. */
function valueOf(pair: string): string[] {
  const equals = pair.indexOf('=');
  return equals >= 0 && pair.slice(0, equals).trim() === name ? [pair.slice(equals + 1).trim()] : [];
}
