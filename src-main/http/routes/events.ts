import * as z from 'zod';
import { consumer, cursor } from '../../../src-shared/api/fields.ts';
import { BridgeError } from '../../../src-shared/bridge-error.ts';
import { existingChannel } from '../../../src-shared/channel.ts';
import { validate } from '../../../src-shared/validation.ts';
import type { SubscribeQuery } from '../../relay/live-feed.ts';
import { answerHead, EventStream } from '../event-stream.ts';
import { flag, parameter, type Exchange } from '../exchange.ts';
import type { RouteParts } from '../parts.ts';
import type { Route } from '../route.ts';

const prefix = '/events/channel/';

/** Channels that one stream may name; who wants more wants all. */
const maxChannels = 100;

const named = z.object({ channel: existingChannel });
const streamQuery = z.object({ since_id: cursor, consumer_id: consumer });

/** Event streams: what happens on some channels or on all, as it happens (wire specification 4). */
export function eventRoutes({ relay, limits }: RouteParts): Route[] {
  const open = async (exchange: Exchange, channels: SubscribeQuery['channels']) => {
    const { request, response, query, actor } = exchange;
    const { since_id: since, consumer_id } = validate(streamQuery, {
      // A browser that reconnects knows better than the address it was given at first. An empty header is none.
      since_id: request.headers['last-event-id'] || parameter(query, 'since_id'),
      consumer_id: parameter(query, 'consumer_id'),
    });
    if (request.method === 'HEAD') {
      answerHead(response);
      return;
    }
    const pageOn = parameter(query, 'replay') === 'all';
    const receipts = query.getAll('include').includes('receipts');
    await relay.subscribe(
      { channels, since, pageOn, receipts, consumer: consumer_id },
      { ...actor, transport: 'stream' },
      () => new EventStream(response, { bufferBytes: () => limits().subscriberBufferBytes }),
    );
  };
  return [
    {
      method: 'GET',
      path: `${prefix}*`,
      right: 'read',
      queryToken: true,
      handle: (exchange) => open(exchange, [channelIn(exchange.path)]),
    },
    {
      method: 'GET',
      path: '/events',
      right: 'read',
      handle: (exchange) => open(exchange, channelsIn(exchange.query)),
    },
  ];
}

/** The channels that are named, or all: then names say nothing further. */
function channelsIn(query: URLSearchParams): SubscribeQuery['channels'] {
  const names = new Set(query.getAll('channel'));
  for (const channel of names) validate(named, { channel });
  if (flag(query, 'all')) return 'all';
  if (names.size === 0) {
    throw new BridgeError('required', 'channel is required, once or several times, or all=1', {
      field: 'channel',
    });
  }
  if (names.size > maxChannels) {
    throw new BridgeError('too_many', `channel may be given ${maxChannels} times at most; or use all=1`, {
      field: 'channel',
    });
  }
  return [...names];
}

/** The rest of the path, decoded once; it may hold slashes. */
function channelIn(path: string): string {
  try {
    return validate(named, { channel: decodeURIComponent(path.slice(prefix.length)) }).channel;
  } catch (cause) {
    if (cause instanceof BridgeError) throw cause;
    throw new BridgeError('invalid_value', 'channel is not validly percent-encoded', {
      field: 'channel',
      cause,
    });
  }
}
