import { expect } from 'vitest';
import { errorStatus, type ErrorCode } from '../../src-shared/bridge-error.ts';
import type { ExportLine } from '../../src-shared/export-line.ts';
import { bearer, call, get, list, type Answer, type Target } from '../support/http-client.ts';
import type { Relay } from '../support/program.ts';

export const jsonLines = 'application/x-ndjson';

export const header = { kind: 'header', format: 'claude-bridge-export', version: 1 };

let count = 0;

/** A message as an export has it, of a relay that this one has never heard of. */
export function message(channel: string, content = `content ${++count}`) {
  return {
    kind: 'message',
    id: `foreign-${++count}`,
    channel,
    sender: 'mira',
    timestamp: `2024-02-03T04:05:06.${String(count).padStart(6, '0')}Z`,
    content,
  };
}

/** Lines of a file, of which texts are written as they are. */
export function body(...lines: unknown[]): string {
  return lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n') + '\n';
}

/** A complete export. */
export function whole(...lines: { kind: string }[]): string {
  const number = (kind: string) => lines.filter((line) => line.kind === kind).length;
  return body(header, ...lines, { kind: 'end', messages: number('message'), cursors: number('cursor') });
}

/** Imports as the owner of a relay. */
export function importInto(relay: Relay, lines: string | Uint8Array, query = ''): Promise<Answer> {
  const headers = { ...bearer(relay.localToken), 'Content-Type': jsonLines };
  return call(relay, 'POST', `/api/import${query}`, { headers, body: lines });
}

/** What a relay exports to its owner. */
export async function exported(relay: Relay, query = ''): Promise<ExportLine[]> {
  const answer = await get(relay, `/api/export${query}`, bearer(relay.localToken));
  expect(answer.status).toBe(200);
  return parse(answer.text);
}

export function parse(lines: string): ExportLine[] {
  expect(lines.endsWith('\n')).toBe(true);
  return lines
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as ExportLine);
}

export async function contents(
  target: Target,
  channel: string,
  limit = 500,
): Promise<(string | undefined)[]> {
  const { messages } = await list(target, channel, { full: '1', limit: `${limit}` });
  return messages.map(({ content }) => content);
}

/** An import that ended at a fault: beside the error it says what was done. */
export function expectFault(answer: Answer, code: ErrorCode, field?: string): void {
  const done = {
    dry_run: false,
    messages: expect.anything() as unknown,
    cursors: expect.anything() as unknown,
  };
  expect(answer).toMatchObject({ status: errorStatus[code], body: { code, ...done } });
  expect((answer.body as { field?: string }).field).toBe(field);
}
