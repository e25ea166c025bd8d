import { integer, type SettingDefinition } from './kinds.ts';

/** How many streams there may be, and what one that is slow or comes back gets. */
export const eventStreams = {
  maxSse: integer(
    { default: 100, min: 1 },
    {
      env: 'CLAUDE_BRIDGE_MAX_SSE',
      flag: '--max-sse',
      group: 'Event streams',
      doc: 'Event streams that may be open at once.',
      reloadable: true,
    },
  ),
  maxSsePerChannel: integer(
    { default: 25, min: 1 },
    {
      env: 'CLAUDE_BRIDGE_MAX_SSE_PER_CHANNEL',
      flag: '--max-sse-per-channel',
      group: 'Event streams',
      doc: 'Event streams of one channel that may be open at once.',
      reloadable: true,
    },
  ),
  sseReplayLimit: integer(
    { default: 500, min: 1, max: 10_000 },
    {
      env: 'CLAUDE_BRIDGE_SSE_REPLAY_LIMIT',
      flag: '--sse-replay-limit',
      group: 'Event streams',
      doc: 'Messages that a resumed stream is sent again at most.',
      reloadable: true,
    },
  ),
  subscriberBufferBytes: integer(
    { default: 262_144, min: 16_384, unit: 'bytes' },
    {
      env: 'CLAUDE_BRIDGE_SUBSCRIBER_BUFFER_BYTES',
      flag: '--subscriber-buffer-bytes',
      group: 'Event streams',
      doc: 'Bytes queued for a slow reader before it is read forward from the database instead.',
      reloadable: true,
    },
  ),
} satisfies Record<string, SettingDefinition>;
