import * as z from 'zod';
import { consumer, cursor } from '../../../src-shared/api/fields.ts';
import type { WaitResponse } from '../../../src-shared/api/messages.ts';
import { existingChannel } from '../../../src-shared/channel.ts';
import { toRecord, type MessageRecord } from '../../../src-shared/message-record.ts';
import type { WaitedPage } from '../../relay/receiving.ts';
import { readQuery, seconds, strictRowLimit } from '../exchange.ts';
import type { RouteParts } from '../parts.ts';
import { sendJsonThen } from '../respond.ts';
import type { Route } from '../route.ts';
import { mapInSlices } from '../slices.ts';
import { untilGone } from '../until-gone.ts';

const waitQuery = z.object({ channel: existingChannel, since_id: cursor, consumer_id: consumer });

/** `GET /api/wait`: the next messages, as soon as there are any (wire specification 3.9). */
export function waitRoutes({ relay, limits }: RouteParts): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/wait',
      right: 'read',
      handle: async (exchange) => {
        const { response, query, actor, principal } = exchange;
        const asked = readQuery(waitQuery, query, ['channel']);
        const page = await relay.wait(
          {
            channel: asked.channel,
            since: asked.since_id,
            consumer: asked.consumer_id,
            limit: strictRowLimit(query, { byDefault: 20, max: 500 }),
            timeoutMs: 1000 * seconds(query, 'timeout_seconds', { byDefault: 20, max: 55 }),
            maxBytes: limits().maxPageBytes,
            signal: untilGone(exchange),
          },
          actor,
        );
        const answer = toAnswer(page, await mapInSlices(page.messages, toRecord));
        // Nothing is told to a session that has ended meanwhile.
        principal?.lease?.ended.throwIfAborted();
        sendJsonThen(response, answer, page.delivered);
      },
    },
  ];
}

/** All keys are always there, null where there is nothing to say. */
function toAnswer(page: WaitedPage, messages: MessageRecord[]): WaitResponse {
  const answer: WaitResponse = {
    channel: page.channel,
    messages,
    next_cursor: page.nextCursor,
    consumer_id: page.consumer ?? null,
    warning: page.paused ? 'paused' : page.stale ? 'since_id_not_found' : null,
    timed_out: page.timedOut,
  };
  if (page.lost) answer.history_lost = page.lost;
  if (page.truncated) answer.truncated = true;
  return answer;
}
