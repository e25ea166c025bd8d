import { toPauseBody } from '../pause-body.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';

/** Stops handing messages out, and goes on with it (wire specification 6.10). */
export function pauseRoutes({ relay: { pausing } }: RouteParts): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/relay/pause',
      right: 'admin',
      handle: async ({ response, actor }) => {
        await pausing.begin(actor);
        sendJson(response, 200, toPauseBody(await pausing.state()));
      },
    },
    {
      method: 'POST',
      path: '/api/relay/resume',
      right: 'admin',
      handle: async ({ response, actor }) => {
        await pausing.end(actor);
        sendJson(response, 200, toPauseBody(await pausing.state()));
      },
    },
  ];
}
