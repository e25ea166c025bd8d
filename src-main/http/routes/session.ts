import type { SessionResponse } from '../../../src-shared/api/sessions.ts';
import { expiredSessionCookie, readSessionCookie, sessionCookie } from '../../security/cookies.ts';
import type { Exchange } from '../exchange.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';

/** Signing a browser in and out (wire specification 7.3). */
export function sessionRoutes({ sessions, tokenRequired }: RouteParts): Route[] {
  const answer = ({ response, principal }: Exchange, cookie?: string) => {
    const answer: SessionResponse = {
      authenticated: principal !== undefined,
      auth_required: tokenRequired(),
      ...principal?.rights.access,
    };
    sendJson(response, 200, answer, cookie === undefined ? [] : ['Set-Cookie', cookie]);
  };
  return [
    {
      method: 'GET',
      path: '/api/session',
      right: 'authenticated',
      handle: (exchange) => answer(exchange),
    },
    {
      method: 'POST',
      path: '/api/session',
      right: 'authenticated',
      handle: (exchange) => {
        const { principal, address, scheme } = exchange;
        const { headers } = exchange.request;
        if (!principal || !tokenRequired()) {
          answer(exchange);
          return;
        }
        const signedIn = sessions.create(principal, {
          address,
          userAgent: headers['user-agent'],
          replaces: readSessionCookie(headers.cookie),
        });
        answer(exchange, sessionCookie(signedIn, { secure: scheme === 'https' }));
      },
    },
    {
      method: 'DELETE',
      path: '/api/session',
      right: 'public',
      handle: (exchange) => {
        const cookie = readSessionCookie(exchange.request.headers.cookie);
        if (cookie !== undefined) sessions.revoke(cookie);
        answer(exchange, expiredSessionCookie({ secure: exchange.scheme === 'https' }));
      },
    },
  ];
}
