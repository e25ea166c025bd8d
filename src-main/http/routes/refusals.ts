import type { RefusalsResponse } from '../../../src-shared/api/refusals.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';

/** `GET /api/refusals`: who has come lately and was not let in (wire specification 3.18). */
export function refusalRoutes({ refusals }: RouteParts): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/refusals',
      right: 'admin',
      handle: ({ response }) => {
        const answer: RefusalsResponse = { refusals: refusals.list() };
        sendJson(response, 200, answer);
      },
    },
  ];
}
