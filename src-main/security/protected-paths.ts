/** Everything at and under these needs a principal, unknown paths too (wire specification 7.1). */
const protectedTrees = ['/api', '/messages', '/events'] as const;

/** And exactly these, with or without a slash at the end: routers tend to treat the two alike. */
const protectedPaths: ReadonlySet<string> = new Set(['/sse', '/mcp', '/metrics']);

/**
 * A path that everybody reads alike: no escapes, backslashes or odd characters, no empty segments, none of dots alone.
 * All open routes have such paths.
 */
const unambiguous = /^\/(?:(?!\.{1,2}(?:\/|$))[\w.~:@!$&'()*+,=-]+(?:\/|$))*$/;

/**
 * Whether a request needs a principal. Matching is case-sensitive, so the router must be, too.
 *
 * A path that could be understood in several ways (`//api/state`, `/x/../sse`, `/%61pi/state`, `http://host/mcp`) is
 * protected whatever it means: then no route is reachable by an unprotected spelling, however the router reads it.
 * @param target the request target as it was sent (`IncomingMessage.url`)
 */
export function isProtectedPath(target: string): boolean {
  const path = pathOf(target);
  if (!unambiguous.test(path)) return true;
  const bare = path.endsWith('/') ? path.slice(0, -1) : path;
  return (
    protectedPaths.has(bare) || protectedTrees.some((tree) => bare === tree || bare.startsWith(`${tree}/`))
  );
}

function pathOf(target: string): string {
  const end = target.search(/[?#]/);
  return end < 0 ? target : target.slice(0, end);
}
