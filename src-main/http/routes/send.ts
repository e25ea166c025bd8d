import { parseSend, type SendResponse } from '../../../src-shared/api/sending.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';

/** `POST /api/send` (wire specification 3.7). */
export function sendRoutes({ relay }: RouteParts): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/send',
      right: 'send',
      body: 'json',
      handle: async ({ response, body, actor }) => {
        const { message, deduplicated, listening, paused, repeats } = await relay.send(
          parseSend(body),
          actor,
        );
        const { id, seq, channel, timestamp } = message;
        const answer: SendResponse = { id, seq, channel, ts: timestamp, deduplicated, listening };
        if (paused) answer.paused = true;
        if (repeats !== undefined) answer.warning = 'identical_repeat';
        sendJson(response, 200, answer);
      },
    },
  ];
}
