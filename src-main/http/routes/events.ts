import * as z from 'zod';
import { cursor } from '../../../src-shared/api.ts';
import { BridgeError } from '../../../src-shared/bridge-error.ts';
import { existingChannel } from '../../../src-shared/channel.ts';
import { validate } from '../../../src-shared/validation.ts';
import { answerHead, EventStream } from '../event-stream.ts';
import { parameter } from '../exchange.ts';
import type { RouteParts } from '../parts.ts';
import type { Route } from '../route.ts';

const prefix = '/events/channel/';

const streamQuery = z.object({ channel: existingChannel, since_id: cursor });

/** `GET /events/channel/<name>`: what happens on a channel, as it happens (wire specification 4). */
export function eventRoutes({ relay, limits }: RouteParts): Route[] {
  return [
    {
      method: 'GET',
      path: `${prefix}*`,
      right: 'read',
      queryToken: true,
      handle: async ({ request, response, path, query }) => {
        const { channel, since_id } = validate(streamQuery, {
          channel: channelOf(path),
          // A browser that reconnects knows better than the address it was given at first. An empty header is none.
          since_id: request.headers['last-event-id'] || parameter(query, 'since_id'),
        });
        if (request.method === 'HEAD') {
          answerHead(response);
          return;
        }
        const pageOn = parameter(query, 'replay') === 'all';
        await relay.subscribe({ channel, since: since_id, pageOn }, () => {
          return new EventStream(response, { bufferBytes: () => limits().subscriberBufferBytes });
        });
      },
    },
  ];
}

/** The rest of the path, decoded once; it may hold slashes. */
function channelOf(path: string): string {
  try {
    return decodeURIComponent(path.slice(prefix.length));
  } catch (cause) {
    throw new BridgeError('invalid_value', 'channel is not validly percent-encoded', {
      field: 'channel',
      cause,
    });
  }
}
