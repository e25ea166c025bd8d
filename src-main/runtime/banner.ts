import type { RelayAddress } from '../../src-shared/api/addresses.ts';
import { clientCommands } from '../../src-shared/client-commands.ts';
import type { Service } from './service.ts';
import type { SharedToken } from './shared-token.ts';

const rule = '━'.repeat(50);

export interface BannerParts {
  service: Service;
  version: string;
  /** Only a terminal gets to see a token. */
  terminal: boolean;
}

/** What a person sees when the relay has started: only what is true, and what to do next. */
export function banner({ service, version, terminal }: BannerParts): string {
  const addresses = service.whereabouts.addresses.filter(({ listening }) => listening);
  const { shared } = service;
  const lines = [
    'Claude Bridge',
    `Version: ${version}`,
    `DB: ${service.core.store.path}`,
    '',
    ...addressLines(addresses, service),
    '',
    ...notices(service),
    ...connectLines(addresses, shared, terminal),
  ];
  return [rule, ...lines.map((line) => (line === '' ? '' : `  ${line}`)), rule, ''].join('\n');
}

function addressLines(addresses: RelayAddress[], { settings, face: { hasDashboard } }: Service): string[] {
  const paths: [path: string, purpose: string][] = [
    ...(hasDashboard ? ([['/', 'page']] as [string, string][]) : []),
    ['/mcp', 'agents (MCP over HTTP)'],
    ['/sse', 'agents (older MCP clients)'],
    ['/api/state', 'scripts'],
    ['/status', 'health'],
  ];
  const width = Math.max(...addresses.map(({ url }) => url.length)) + '/api/state'.length;
  const lines: string[] = [];
  for (const { url, label, recommended } of addresses) {
    lines.push(`${label}${recommended ? ' — give this one to other machines' : ''}`);
    // Every path is spelled out once; the other addresses have the same.
    const shown = lines.length === 1 ? paths : paths.filter(([path]) => path === '/mcp');
    for (const [path, purpose] of shown) lines.push(`  ${`${url}${path}`.padEnd(width)}  →  ${purpose}`);
  }
  if (settings.dashboard && !hasDashboard) lines.push('No page at /: it has not been built (npm run build)');
  return lines;
}

function notices({ settings, whereabouts, certificate, shared, core }: Service): string[] {
  const lines = whereabouts.warnings.map((warning) => `⚠ ${warning}`);
  const pause = core.relay.pausing.last;
  if (pause) {
    lines.push(
      `⚠ Paused since ${pause.since.slice(0, 19)}Z: messages are stored, and none is handed out until it is resumed`,
    );
  }
  if (certificate)
    lines.push(
      `TLS: ${settings.tlsCert ?? ''}, valid until ${certificate.validTo.toISOString().slice(0, 10)}`,
    );
  for (const warning of certificate?.warnings ?? []) lines.push(`⚠ ${warning}`);
  if (shared.token !== undefined) lines.push('Auth: a token is required');
  if (shared.file !== undefined)
    lines.push(`Token: ${shared.created ? 'generated, kept in' : 'kept in'} ${shared.file}`);
  if (settings.allowUnauthenticatedNetwork && shared.token === undefined) {
    lines.push('⚠ Anyone who can reach this address can read, send and clear: no token is required');
  }
  if (settings.retentionDays > 0) {
    lines.push(
      `⚠ Retention: messages older than ${settings.retentionDays} day(s) are deleted, read or not (every ${settings.retentionSweepSeconds} s)`,
    );
  }
  if (settings.auditLog) lines.push('Audit: on, see /api/audit');
  if (settings.durability === 'normal')
    lines.push('Durability: normal; a power cut may take the last moments');
  return lines.length > 0 ? [...lines, ''] : [];
}

/** The command for each address, so that nobody has to put one together. */
function connectLines(addresses: RelayAddress[], shared: SharedToken, terminal: boolean): string[] {
  const token = commandToken(shared, terminal);
  const lines = ['Connect Claude Code:'];
  for (const { url, label } of addresses) {
    const { claude } = clientCommands({ baseUrl: url, token });
    lines.push(`  ${label}`, `    ${claude}`);
  }
  if (token === 'placeholder') {
    const where = shared.file === undefined ? 'your token' : `the token in ${shared.file}`;
    lines.push(`  where CLAUDE_BRIDGE_TOKEN is ${where}`);
  }
  return lines;
}

/** A token is shown once: when it was just made, and only to a person. */
function commandToken({ token, created }: SharedToken, terminal: boolean) {
  if (token === undefined) return 'none';
  return created && terminal ? { value: token } : 'placeholder';
}
