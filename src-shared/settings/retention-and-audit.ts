import { longestTimerSeconds } from '../time.ts';
import { integer, type SettingDefinition, toggle } from './kinds.ts';

/** A century: dates further back than this help nobody and cannot be computed for ever larger numbers. */
const longestDays = 36_500;

/** What is deleted when, and what is written down about the rest. */
export const retentionAndAudit = {
  retentionDays: integer(
    { default: 0, min: 0, max: longestDays, unit: 'days' },
    {
      env: 'CLAUDE_BRIDGE_RETENTION_DAYS',
      flag: '--retention-days',
      group: 'Retention and audit',
      doc: 'Delete messages older than this many days; 0 keeps them for ever.',
      reloadable: true,
    },
  ),
  retentionSweepSeconds: integer(
    { default: 3600, min: 10, max: longestTimerSeconds, unit: 'seconds' },
    {
      env: 'CLAUDE_BRIDGE_RETENTION_SWEEP_SECONDS',
      flag: '--retention-sweep-seconds',
      group: 'Retention and audit',
      doc: 'Seconds between two sweeps.',
      reloadable: true,
    },
  ),
  eventRetentionDays: integer(
    { default: 7, min: 1, max: longestDays, unit: 'days' },
    {
      env: 'CLAUDE_BRIDGE_EVENT_RETENTION_DAYS',
      flag: '--event-retention-days',
      group: 'Retention and audit',
      doc: 'Days after which events other than messages are deleted.',
      reloadable: true,
    },
  ),
  auditLog: toggle(false, {
    env: 'CLAUDE_BRIDGE_AUDIT_LOG',
    flag: '--audit-log',
    group: 'Retention and audit',
    doc: 'Record refused requests, new channels, clears and changes by administrators in the audit log.',
    reloadable: true,
  }),
  auditRetentionDays: integer(
    { default: 90, min: 1, max: longestDays, unit: 'days' },
    {
      env: 'CLAUDE_BRIDGE_AUDIT_RETENTION_DAYS',
      flag: '--audit-retention-days',
      group: 'Retention and audit',
      doc: 'Days after which audit entries are deleted.',
      reloadable: true,
    },
  ),
} satisfies Record<string, SettingDefinition>;
