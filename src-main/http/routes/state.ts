import type { ChannelState, StateResponse } from '../../../src-shared/api/state.ts';
import { splitChannel } from '../../../src-shared/channel.ts';
import type { ChannelSummary, OpenCount } from '../../relay/changes.ts';
import { toPauseBody } from '../pause-body.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';
import { statusBody } from './status.ts';

/** `GET /api/state`: the overview that dashboards poll (wire specification 3.3). */
export function stateRoutes({ relay, version, startedAt, limits }: RouteParts): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/state',
      right: 'read',
      handle: async ({ response, actor }) => {
        const [channels, open, stuck] = await Promise.all([
          relay.channels(actor),
          relay.finding.openCounts(actor),
          relay.consumers.countStuck(actor),
        ]);
        const uptime = Math.floor((Date.now() - startedAt) / 1000);
        const body: StateResponse = {
          ...statusBody(version),
          uptime_seconds: uptime,
          uptime_human: clockTime(uptime),
          total_messages: channels.reduce((sum, { count }) => sum + count, 0),
          channels: channels.map((summary) => toState(summary, open.channels.get(summary.channel))),
          sse_subscribers: relay.subscribers,
          // Nothing is ever dropped: readers that fall behind are read forward from the store.
          sse_dropped_events: 0,
          sse_lagging: relay.laggingSubscribers,
          waiters: relay.waiting,
          open_questions: open.total,
          stuck_consumers: stuck,
          retention_days: limits().retentionDays,
          audit_enabled: relay.auditEnabled,
          ...toPauseBody(await relay.pausing.state()),
        };
        sendJson(response, 200, body);
      },
    },
  ];
}

function toState(
  { channel, count, lastTimestamp, senders, epoch }: ChannelSummary,
  open: OpenCount | undefined,
): ChannelState {
  return {
    id: channel,
    ...splitChannel(channel),
    count,
    last_ts: lastTimestamp.slice(11, 19),
    last_ts_full: lastTimestamp,
    senders,
    epoch,
    open: open?.count ?? 0,
    oldest_open_ts: open?.oldestAt ?? null,
  };
}

/** `HH:MM:SS`, with as many digits for the hours as they need. */
function clockTime(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
