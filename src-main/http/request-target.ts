import type { IncomingMessage } from 'node:http';

/**
 * Reduces a target in absolute form to its path and query. A server must accept that form (RFC 9112 §3.2.2); the
 * authority in it is not what decides here, the Host header is.
 */
export function normalizeTarget(request: IncomingMessage): void {
  const target = request.url ?? '/';
  if (target.startsWith('/')) return;
  const authority = /^https?:\/\/[^/?#]*/i.exec(target)?.[0];
  if (authority === undefined) return;
  const rest = target.slice(authority.length);
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
}

/** The path of a target, as it was sent. */
export function pathOf(target = '/'): string {
  const question = target.indexOf('?');
  return question < 0 ? target : target.slice(0, question);
}
