import * as z from 'zod';
import {
  ackRequest,
  consumerResetRequest,
  type ConsumersResponse,
} from '../../../src-shared/api/consumers.ts';
import { consumer } from '../../../src-shared/api/fields.ts';
import { consumerName, existingChannel } from '../../../src-shared/channel.ts';
import { validate } from '../../../src-shared/validation.ts';
import { readQuery } from '../exchange.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';

const filter = z.object({ channel: existingChannel.optional(), consumer_id: consumer });
const target = z.object({ channel: existingChannel, consumer_id: consumerName });

/** Repairs need the right `admin` on the channel in question, for which the relay asks; elsewhere it may be missing. */
const onItsChannel = 'authenticated';

/** Named readers: acks (wire specification 3.10), where each stands, and their repair. */
export function consumerRoutes({ relay, limits }: RouteParts): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/ack',
      right: 'read',
      body: 'json',
      handle: async ({ response, body, actor }) => {
        sendJson(response, 200, await relay.consumers.ack(validate(ackRequest, body), actor));
      },
    },
    {
      method: 'GET',
      path: '/api/consumers',
      right: 'read',
      handle: async ({ response, query, actor }) => {
        const { channel, consumer_id } = readQuery(filter, query);
        const answer: ConsumersResponse = {
          consumers: await relay.consumers.list({ channel, consumer: consumer_id }, actor),
          stuck_after_minutes: limits().stuckMinutes,
        };
        sendJson(response, 200, answer);
      },
    },
    {
      method: 'DELETE',
      path: '/api/consumers',
      right: onItsChannel,
      handle: async ({ response, query, actor }) => {
        const { channel, consumer_id } = readQuery(target, query, ['channel', 'consumer_id']);
        await relay.removeConsumer({ channel, consumer: consumer_id }, actor);
        sendJson(response, 200, { consumer_id, channel, deleted: true });
      },
    },
    {
      method: 'POST',
      path: '/api/consumers/reset',
      right: onItsChannel,
      body: 'json',
      handle: async ({ response, body, actor }) => {
        const { channel, consumer_id, message_id } = validate(consumerResetRequest, body);
        const one = { channel, consumer: consumer_id };
        await relay.resetConsumer({ ...one, messageId: message_id ?? undefined }, actor);
        const [state] = await relay.consumers.list(one, actor);
        sendJson(response, 200, { consumer_id, channel, ...state });
      },
    },
  ];
}
