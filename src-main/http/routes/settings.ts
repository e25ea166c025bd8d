import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';

/** The settings of the running relay: seen, changed, and read again (wire specification 3.12). */
export function settingsRoutes({ operations }: RouteParts): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/settings',
      right: 'admin',
      handle: ({ response }) => sendJson(response, 200, operations.settings()),
    },
    {
      method: 'PATCH',
      path: '/api/settings',
      right: 'admin',
      body: 'json',
      handle: async ({ response, body, actor }) => {
        sendJson(response, 200, await operations.apply(body as object, actor));
      },
    },
    {
      method: 'POST',
      path: '/api/reload',
      right: 'admin',
      handle: async ({ response, actor }) => {
        sendJson(response, 200, await operations.reload(actor));
      },
    },
  ];
}
