import * as z from 'zod';
import { validate } from '../../../src-shared/validation.ts';
import { parameter, rowLimit } from '../exchange.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';

const auditQuery = z.object({
  before_id: z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .optional(),
  event: z.string().optional(),
});

/** The audit log (wire specification 7.6). */
export function auditRoutes({ relay }: RouteParts): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/audit',
      right: 'read',
      handle: async ({ response, query, actor }) => {
        const { before_id: beforeId, event } = validate(auditQuery, {
          // Empty ones count as absent.
          before_id: parameter(query, 'before_id') || undefined,
          event: parameter(query, 'event') || undefined,
        });
        const limit = rowLimit(query, { byDefault: 100, max: 1000 });
        sendJson(response, 200, await relay.auditLog({ limit, beforeId, event }, actor));
      },
    },
  ];
}
