import type { ChannelSummary } from '../../relay/changes.ts';
import type { Actor } from '../../relay/actor.ts';
import type { ChannelStanding, Standing } from '../../metrics/exposition.ts';
import type { RouteParts } from '../parts.ts';
import { securityHeaders } from '../respond.ts';
import type { Route } from '../route.ts';

/** `GET /metrics`: figures for Prometheus (wire specification 3.17). */
export function metricsRoutes(parts: RouteParts): Route[] {
  return [
    {
      method: 'GET',
      path: '/metrics',
      right: 'read',
      handle: async ({ response, actor }) => {
        const { contentType, expose } = await import('../../metrics/exposition.ts');
        const text = await expose(parts.meters, await standingOf(parts, actor));
        const length = Buffer.byteLength(text);
        response.writeHead(200, {
          ...securityHeaders,
          'Content-Type': contentType,
          'Content-Length': length,
        });
        response.end(text);
      },
    },
  ];
}

/** Of the channels that may be read, where that makes a difference. */
async function standingOf(
  { relay, version, limits, mcpSessions }: RouteParts,
  actor: Actor,
): Promise<Standing> {
  const [channels, open, stuck, size, paused] = await Promise.all([
    relay.channels(actor),
    relay.finding.openCounts(actor),
    relay.consumers.countStuck(actor),
    relay.size(),
    relay.pausing.state(),
  ]);
  return {
    version,
    messages: channels.reduce((sum, { count }) => sum + count, 0),
    channels: channels.length,
    openQuestions: open.total,
    stuckConsumers: stuck,
    streams: relay.subscribers,
    laggingStreams: relay.laggingSubscribers,
    streamLag: relay.streamLag,
    waiters: relay.waiting,
    mcpSessions: mcpSessions(),
    paused: paused !== undefined,
    databaseBytes: size.bytes,
    logBytes: size.logBytes,
    perChannel: limits().metricsChannels ? channels.map((summary) => ofChannel(relay, summary)) : undefined,
  };
}

function ofChannel(relay: RouteParts['relay'], { channel, count }: ChannelSummary): ChannelStanding {
  const { streaming, waiting } = relay.here(channel);
  return { channel, messages: count, streams: streaming, waiters: waiting };
}
