import { integer, type SettingDefinition } from './kinds.ts';

/** Who may wait, and when somebody counts as there or as stuck. */
export const waitingAndPresence = {
  maxWaiters: integer(
    { default: 1_000, min: 1 },
    {
      env: 'CLAUDE_BRIDGE_MAX_WAITERS',
      flag: '--max-waiters',
      group: 'Waiting and presence',
      doc: 'Clients that may wait for messages at once.',
      reloadable: true,
    },
  ),
  stuckMinutes: integer(
    { default: 10, min: 1, max: 525_600 },
    {
      env: 'CLAUDE_BRIDGE_STUCK_MINUTES',
      flag: '--stuck-minutes',
      group: 'Waiting and presence',
      doc: 'Minutes after which an unread message makes its consumer count as stuck.',
      reloadable: true,
    },
  ),
  presenceMinutes: integer(
    { default: 15, min: 1, max: 525_600 },
    {
      env: 'CLAUDE_BRIDGE_PRESENCE_MINUTES',
      flag: '--presence-minutes',
      group: 'Waiting and presence',
      doc: 'Minutes for which an agent counts as present after it was last heard from.',
      reloadable: true,
    },
  ),
} satisfies Record<string, SettingDefinition>;
