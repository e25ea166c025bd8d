import type { SessionBody, SessionsResponse } from '../../../src-shared/api/sessions.ts';
import { BridgeError } from '../../../src-shared/bridge-error.ts';
import { formatTimestamp } from '../../../src-shared/time.ts';
import { BrowserSession, type SessionSummary } from '../../security/browser-session.ts';
import type { Exchange } from '../exchange.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';

const prefix = '/api/sessions/';

/** The browsers that are signed in, for administrators (wire specification 7.3). */
export function sessionsRoutes({ sessions, audit }: RouteParts): Route[] {
  const record = (which: string, { actor }: Exchange) =>
    audit.record({ event: 'session_revoke', detail: which }, actor);
  return [
    {
      method: 'GET',
      path: '/api/sessions',
      right: 'admin',
      handle: ({ response, principal }) => {
        const own = principal?.lease instanceof BrowserSession ? principal.lease.id : undefined;
        const answer: SessionsResponse = { sessions: sessions.list().map((session) => toBody(session, own)) };
        sendJson(response, 200, answer);
      },
    },
    {
      method: 'DELETE',
      path: '/api/sessions',
      right: 'admin',
      handle: (exchange) => {
        const revoked = sessions.revokeAll();
        if (revoked > 0) record(`all ${revoked}`, exchange);
        sendJson(exchange.response, 200, { revoked });
      },
    },
    {
      method: 'DELETE',
      path: `${prefix}*`,
      right: 'admin',
      handle: (exchange) => {
        const id = exchange.path.slice(prefix.length);
        if (!sessions.revokeById(id)) throw new BridgeError('not_found', 'not found');
        record(id, exchange);
        sendJson(exchange.response, 200, { revoked: 1 });
      },
    },
  ];
}

function toBody(
  { createdAt, lastUsedAt, expiresAt, userAgent, ...session }: SessionSummary,
  own: string | undefined,
): SessionBody {
  return {
    ...session,
    created_at: formatTimestamp(createdAt),
    last_used_at: formatTimestamp(lastUsedAt),
    expires_at: formatTimestamp(expiresAt),
    user_agent: userAgent,
    current: session.id === own,
  };
}
