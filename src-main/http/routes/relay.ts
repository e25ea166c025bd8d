import * as z from 'zod';
import type { StorageResponse } from '../../../src-shared/api/storage.ts';
import { BridgeError } from '../../../src-shared/bridge-error.ts';
import { formatTimestamp } from '../../../src-shared/time.ts';
import { definitionOf } from '../../../src-shared/settings.ts';
import { validate } from '../../../src-shared/validation.ts';
import { parameter } from '../exchange.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';

const { schema: days, allowed } = definitionOf('retentionDays');
const storageQuery = z.object({
  retention_days: z
    .string()
    .transform(Number)
    .refine((given) => days.safeParse(given).success, `must be ${allowed}`)
    .optional(),
});

/** The relay as whoever operates it sees it, for administrators (wire specification 3.15). */
export function relayRoutes({ operations, relay, retention, limits }: RouteParts): Route[] {
  const running = () => {
    const status = operations.status().running;
    // Requests that are under way when it stops are still answered.
    if (status) return status;
    throw new BridgeError('shutting_down', 'the relay is shutting down');
  };
  return [
    {
      method: 'GET',
      path: '/api/relay',
      right: 'admin',
      handle: ({ response }) => sendJson(response, 200, running()),
    },
    {
      method: 'GET',
      path: '/api/storage',
      right: 'admin',
      handle: async ({ response, query }) => {
        const asked = validate(storageQuery, {
          retention_days: parameter(query, 'retention_days') || undefined,
        });
        const [{ bytes, logBytes }, { at, ...expiring }] = await Promise.all([
          relay.size(),
          retention.preview(asked.retention_days ?? limits().retentionDays),
        ]);
        const answer: StorageResponse = {
          ...{ database: running().database, bytes, log_bytes: logBytes },
          ...{ expiring, next_sweep_at: formatTimestamp(at.getTime()) },
        };
        sendJson(response, 200, answer);
      },
    },
  ];
}
