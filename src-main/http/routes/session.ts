import { expiredSessionCookie, readSessionCookie, sessionCookie } from '../../security/cookies.ts';
import type { Exchange } from '../exchange.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';

/** Signing a browser in and out (wire specification 7.3). */
export function sessionRoutes({ sessions, tokenRequired }: RouteParts): Route[] {
  const answer = (response: Exchange['response'], authenticated: boolean, cookie?: string) =>
    sendJson(
      response,
      200,
      { authenticated, auth_required: tokenRequired() },
      cookie === undefined ? [] : ['Set-Cookie', cookie],
    );
  return [
    {
      method: 'GET',
      path: '/api/session',
      right: 'authenticated',
      handle: ({ response }) => answer(response, true),
    },
    {
      method: 'POST',
      path: '/api/session',
      right: 'authenticated',
      handle: ({ request: { headers }, response, principal, address, scheme }) => {
        if (!principal || !tokenRequired()) {
          answer(response, true);
          return;
        }
        const signedIn = sessions.create(principal, {
          address,
          userAgent: headers['user-agent'],
          replaces: readSessionCookie(headers.cookie),
        });
        answer(response, true, sessionCookie(signedIn, { secure: scheme === 'https' }));
      },
    },
    {
      method: 'DELETE',
      path: '/api/session',
      right: 'public',
      handle: ({ request, response, scheme }) => {
        const cookie = readSessionCookie(request.headers.cookie);
        if (cookie !== undefined) sessions.revoke(cookie);
        answer(response, false, expiredSessionCookie({ secure: scheme === 'https' }));
      },
    },
  ];
}
