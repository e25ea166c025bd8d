import { exportFormat, exportVersion } from '../../src-shared/export-line.ts';

const dayMs = 86_400_000;

/** The body of an import of messages that were sent so many days ago, one for each. */
export function exportFromEarlier(channel: string, daysAgo: readonly number[]): string {
  const messages = daysAgo.map((days) => ({
    ...{ kind: 'message', id: `from-${days}-days-ago`, channel, sender: 'vega', content: 'long ago' },
    timestamp: new Date(Date.now() - days * dayMs).toISOString(),
  }));
  const lines = [
    { kind: 'header', format: exportFormat, version: exportVersion },
    ...messages,
    { kind: 'end', messages: messages.length, cursors: 0 },
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
