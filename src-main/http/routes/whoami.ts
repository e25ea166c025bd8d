import type { WhoamiResponse } from '../../../src-shared/api/tokens.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';

/** `GET /api/whoami`: who the one who asks is to the relay, and what it may do (wire specification 3.12). */
export function whoamiRoutes(): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/whoami',
      right: 'authenticated',
      handle: ({ response, principal, address }) => {
        if (!principal) throw new Error('this route is never public');
        const { kind, label, rights } = principal;
        // Only MCP clients say what they are.
        const answer: WhoamiResponse = {
          principal: { kind, label, ...rights.access },
          client: null,
          address: address === '' ? null : address,
        };
        sendJson(response, 200, answer);
      },
    },
  ];
}
