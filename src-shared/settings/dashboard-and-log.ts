import { choice, toggle, type SettingDefinition } from './kinds.ts';

/** What people get to see of a relay that runs. */
export const dashboardAndLog = {
  dashboard: toggle(true, {
    env: 'CLAUDE_BRIDGE_NO_DASHBOARD',
    envInverted: true,
    flag: '--no-dashboard',
    group: 'Dashboard and log',
    doc: 'Serve the dashboard at `/`.',
    flagDoc: 'Do not serve the dashboard at `/`.',
    reloadable: true,
  }),
  metricsChannels: toggle(false, {
    env: 'CLAUDE_BRIDGE_METRICS_CHANNELS',
    flag: '--metrics-channels',
    group: 'Dashboard and log',
    doc: 'Show the names of channels in `/metrics`, with figures for each.',
    reloadable: true,
  }),
  logLevel: choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'info', {
    env: 'CLAUDE_BRIDGE_LOG_LEVEL',
    flag: '--log-level',
    group: 'Dashboard and log',
    doc: 'Least severe log lines that are written.',
    reloadable: true,
  }),
} satisfies Record<string, SettingDefinition>;
