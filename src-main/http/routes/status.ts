import type { StatusResponse } from '../../../src-shared/api/state.ts';
import { formatTimestamp } from '../../../src-shared/time.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';
import type { RouteParts } from '../parts.ts';

/** `GET /status`: that the relay is there, and nothing about what it holds (wire specification 1.7). */
export function statusRoutes({ version, relay }: RouteParts): Route[] {
  return [
    {
      method: 'GET',
      path: '/status',
      right: 'public',
      handle: ({ response }) => sendJson(response, 200, statusBody(version)),
    },
    {
      // Says whether messages can be stored right now, to a load balancer or a container's health check.
      method: 'GET',
      path: '/readyz',
      right: 'public',
      handle: async ({ response }) => {
        await relay.ping();
        sendJson(response, 200, { status: 'ready' });
      },
    },
  ];
}

export function statusBody(version: string): StatusResponse {
  return { service: 'claude-bridge', status: 'online', version, server_time: formatTimestamp(Date.now()) };
}
