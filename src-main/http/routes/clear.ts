import { clearRequest } from '../../../src-shared/api/clear.ts';
import { validate } from '../../../src-shared/validation.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';

/** `POST /api/clear` (wire specification 3.8). */
export function clearRoutes({ relay }: RouteParts): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/clear',
      right: 'clear',
      body: 'json',
      handle: async ({ response, body, actor }) => {
        sendJson(response, 200, await relay.clear(validate(clearRequest, body), actor));
      },
    },
  ];
}
