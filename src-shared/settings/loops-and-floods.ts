import { integer, toggle, type SettingDefinition } from './kinds.ts';

/** What keeps agents from talking in circles. */
export const loopsAndFloods = {
  sendRatePerMinute: integer(
    { default: 600_000, min: 0 },
    {
      env: 'CLAUDE_BRIDGE_SEND_RATE_PER_MINUTE',
      flag: '--send-rate-per-minute',
      group: 'Loops and floods',
      doc: 'Messages of one sender on one channel in a minute, sustained; 0 switches the guard off.',
      reloadable: true,
    },
  ),
  sendBurst: integer(
    { default: 100_000, min: 1 },
    {
      env: 'CLAUDE_BRIDGE_SEND_BURST',
      flag: '--send-burst',
      group: 'Loops and floods',
      doc: 'Messages of one sender on one channel that are taken in one go above the rate.',
      reloadable: true,
    },
  ),
  repeatsBeforeWarning: integer(
    { default: 10, min: 0 },
    {
      env: 'CLAUDE_BRIDGE_REPEATS_BEFORE_WARNING',
      flag: '--repeats-before-warning',
      group: 'Loops and floods',
      doc: 'Identical messages in a row within a minute from which a sender is told that it repeats itself; 0 never.',
      reloadable: true,
    },
  ),
  maxHops: integer(
    { default: 1_000, min: 0, max: 10_000 },
    {
      env: 'CLAUDE_BRIDGE_MAX_HOPS',
      flag: '--max-hops',
      group: 'Loops and floods',
      doc: 'Messages that may answer or cause each other in a row before a further one is refused; 0 for any number.',
      reloadable: true,
    },
  ),
  refuseRepeats: toggle(false, {
    env: 'CLAUDE_BRIDGE_REFUSE_REPEATS',
    flag: '--refuse-repeats',
    group: 'Loops and floods',
    doc: 'Refuse those repeats instead of only saying so.',
    reloadable: true,
  }),
} satisfies Record<string, SettingDefinition>;
