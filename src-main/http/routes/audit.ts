import { rowLimit } from '../exchange.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';

/** The audit log (wire specification 7.6). */
export function auditRoutes({ relay }: RouteParts): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/audit',
      right: 'read',
      handle: async ({ response, query, actor }) => {
        const limit = rowLimit(query, { byDefault: 100, max: 1000 });
        sendJson(response, 200, await relay.auditLog(limit, actor));
      },
    },
  ];
}
