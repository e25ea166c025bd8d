import { choice, integer, path, type SettingDefinition } from './kinds.ts';

/** Where messages are kept, and how safely. */
export const storage = {
  db: path(
    { default: 'claude-bridge.db', defaultText: 'claude-bridge.db in the data directory' },
    { env: 'CLAUDE_BRIDGE_DB', flag: '--db', group: 'Storage', doc: 'SQLite file that holds the messages.' },
  ),
  durability: choice(['full', 'normal'], 'full', {
    env: 'CLAUDE_BRIDGE_DURABILITY',
    flag: '--durability',
    group: 'Storage',
    doc: 'With `full` an acknowledged message is on disk; with `normal` a power failure may lose the last ones.',
  }),
  eventPollMs: integer(
    { default: 250, min: 50, max: 10_000, unit: 'ms' },
    {
      env: 'CLAUDE_BRIDGE_EVENT_POLL_MS',
      flag: '--event-poll-ms',
      group: 'Storage',
      doc: 'How often to look for writes of other processes that the file watcher may have missed, in milliseconds.',
      reloadable: true,
    },
  ),
} satisfies Record<string, SettingDefinition>;
