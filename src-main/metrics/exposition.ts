import { Counter, Gauge, Registry, type Metric } from 'prom-client';
import type { Distribution } from './distribution.ts';
import type { Meters } from './meters.ts';

/** How things are at this moment. */
export interface Standing {
  version: string;
  messages: number;
  channels: number;
  openQuestions: number;
  stuckConsumers: number;
  streams: number;
  laggingStreams: number;
  /** Messages by which the stream is behind that is furthest behind. */
  streamLag: number;
  waiters: number;
  mcpSessions: { streamable: number; legacy: number };
  paused: boolean;
  databaseBytes: number;
  logBytes: number;
  /** One by one only if the operator wants their names shown. */
  perChannel: readonly ChannelStanding[] | undefined;
}

export interface ChannelStanding {
  channel: string;
  messages: number;
  streams: number;
  waiters: number;
}

export const contentType = Registry.PROMETHEUS_CONTENT_TYPE;

/**
 * All figures in Prometheus' text format. The library is only asked to write them down: it costs 20 MB and 50 ms to
 * load, so a relay that nobody measures does without.
 */
export function expose(meters: Meters, standing: Standing): Promise<string> {
  const page = new Page();
  page.gauge('info', 'The version that runs.', [[{ version: standing.version }, 1]]);

  page.counter(
    'sends_total',
    'Messages that were sent: stored, or recognized as stored before by their key.',
    [
      [{ result: 'stored' }, meters.sends.stored],
      [{ result: 'deduplicated' }, meters.sends.deduplicated],
    ],
  );
  page.histogram('commit_seconds', 'Time of a transaction to its end on disk.', meters.commitSeconds);
  page.histogram('commit_writes', 'Writes that shared a transaction.', meters.commitWrites);
  page.histogram(
    'event_delivery_seconds',
    'Time from a commit until every live stream was handed what it brought.',
    meters.deliverySeconds,
  );
  page.counter(
    'http_requests_total',
    'Requests by route and class of status; open streams count when they begin.',
    meters.requests.flatMap(({ method, route, byClass }) =>
      byClass.flatMap((count, hundred): Series[] =>
        count === 0 ? [] : [[{ method, route, status: `${hundred}xx` }, count]],
      ),
    ),
  );
  page.counter(
    'errors_total',
    'Errors that were answered, by code.',
    Object.entries(meters.errors).flatMap(([way, byCode]) =>
      Object.entries(byCode).map(([code, count]): Series => [{ interface: way, code }, count]),
    ),
  );

  page.gauge('messages', 'Messages that are stored.', standing.messages);
  page.gauge('channels', 'Channels that hold messages.', standing.channels);
  page.gauge('open_questions', 'Tasks and questions that nothing has settled yet.', standing.openQuestions);
  page.gauge('stuck_consumers', 'Consumers whose oldest unread message is too old.', standing.stuckConsumers);
  page.gauge('streams', 'Open event streams.', standing.streams);
  page.gauge(
    'streams_lagging',
    'Event streams that are read forward because they are behind.',
    standing.laggingStreams,
  );
  page.gauge('stream_lag_messages', 'Messages by which the slowest stream is behind.', standing.streamLag);
  page.gauge('waiters', 'Clients that wait for messages.', standing.waiters);
  page.gauge('mcp_sessions', 'Open MCP sessions over HTTP.', [
    [{ transport: 'streamable-http' }, standing.mcpSessions.streamable],
    [{ transport: 'sse' }, standing.mcpSessions.legacy],
  ]);
  page.gauge('paused', 'Whether the relay hands nothing out.', standing.paused ? 1 : 0);
  page.gauge('database_bytes', 'Size of the database file.', standing.databaseBytes);
  page.gauge('database_log_bytes', 'Size of its write-ahead log.', standing.logBytes);
  if (standing.perChannel) addChannels(page, standing.perChannel);
  addProcess(page);
  return page.text();
}

function addChannels(page: Page, channels: readonly ChannelStanding[]): void {
  const each = (figure: (of: ChannelStanding) => number) =>
    channels.map((of): Series => [{ channel: of.channel }, figure(of)]);
  page.gauge(
    'channel_messages',
    'Messages of a channel.',
    each(({ messages }) => messages),
  );
  page.gauge(
    'channel_streams',
    'Open event streams on a channel.',
    each(({ streams }) => streams),
  );
  page.gauge(
    'channel_waiters',
    'Clients that wait for messages of a channel.',
    each(({ waiters }) => waiters),
  );
}

/** Under the names that every program has. */
function addProcess(page: Page): void {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const startedAt = Math.round(Date.now() / 1000 - process.uptime());
  page.own.counter('process_cpu_seconds_total', 'Processor time, user and system.', (user + system) / 1e6);
  page.own.gauge('process_resident_memory_bytes', 'Memory in use.', rss);
  page.own.gauge('process_start_time_seconds', 'When the process was started.', startedAt);
  page.own.gauge('nodejs_heap_size_used_bytes', 'Memory in use by JavaScript.', heapUsed);
}

type Series = [labels: Record<string, string>, value: number];

/** Metrics under a common beginning of their names. A page is written once and thrown away. */
class Page {
  readonly #registry: Registry;
  readonly #prefix: string;

  constructor(registry = new Registry(), prefix = 'claude_bridge_') {
    this.#registry = registry;
    this.#prefix = prefix;
  }

  /** The same page, for names that are written as they are. */
  get own(): Page {
    return new Page(this.#registry, '');
  }

  counter(name: string, help: string, figures: number | readonly Series[]): void {
    const series = seriesOf(figures);
    if (series.length === 0) return;
    const counter = new Counter(this.#description(name, help, series));
    for (const [labels, value] of series) counter.inc(labels, value);
  }

  gauge(name: string, help: string, figures: number | readonly Series[]): void {
    const series = seriesOf(figures);
    if (series.length === 0) return;
    const gauge = new Gauge(this.#description(name, help, series));
    for (const [labels, value] of series) gauge.set(labels, value);
  }

  /** The library's own histogram can only be filled observation by observation, so this says itself what it holds. */
  histogram(name: string, help: string, { bounds, counts, sum }: Distribution): void {
    const full = this.#prefix + name;
    let total = 0;
    const values = counts.map((count, stretch) => {
      total += count;
      return { metricName: `${full}_bucket`, labels: { le: bounds[stretch] ?? '+Inf' }, value: total };
    });
    const metric = {
      name: full,
      get: () =>
        Promise.resolve({
          name: full,
          help,
          type: 'histogram',
          values: [
            ...values,
            { metricName: `${full}_sum`, labels: {}, value: sum },
            { metricName: `${full}_count`, labels: {}, value: total },
          ],
        }),
    };
    this.#registry.registerMetric(metric as unknown as Metric);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #description(name: string, help: string, [first]: readonly Series[]) {
    return {
      name: this.#prefix + name,
      help,
      labelNames: Object.keys(first?.[0] ?? {}),
      registers: [this.#registry],
    };
  }
}

function seriesOf(figures: number | readonly Series[]): readonly Series[] {
  return typeof figures === 'number' ? [[{}, figures]] : figures;
}
