import type { AgentsResponse } from '../../../src-shared/api/agents.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';

/** `GET /api/agents`: who is here. */
export function agentRoutes({ relay }: RouteParts): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/agents',
      right: 'read',
      handle: async ({ response, actor }) => {
        const answer: AgentsResponse = { agents: await relay.consumers.agents(actor) };
        sendJson(response, 200, answer);
      },
    },
  ];
}
