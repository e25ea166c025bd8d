import type { FuzzRun } from './fuzz.ts';
import type { Failure } from './tally.ts';

/** A run as programs read it. */
export interface Report {
  machine: string;
  seed: number;
  properties: { number: number; runs: number; failed: { name: string; says: string }[] };
  /** Parsers that read long texts, and the one that did not come to an end. */
  longTexts: { parsers: number; endless: string | undefined };
  requests: number;
  /** Of these, those to a relay that encrypts. */
  secureRequests: number;
  seconds: number;
  heapMb: FuzzRun['heapMb'];
  slowestMs: number;
  sent: Record<string, number>;
  ends: Record<string, number>;
  brokenTls: Record<string, number>;
  renewals: Record<string, number>;
  statuses: Record<string, number>;
  codes: Record<string, number>;
  failures: Failure[];
}

export function toReport(
  parts: Pick<Report, 'machine' | 'seed' | 'properties' | 'longTexts'>,
  { tally, seconds, heapMb }: FuzzRun,
): Report {
  return {
    ...parts,
    requests: tally.requests,
    secureRequests: tally.secureRequests,
    seconds,
    heapMb,
    slowestMs: tally.slowestMs,
    sent: sorted(tally.sent),
    ends: sorted(tally.ends),
    brokenTls: sorted(tally.brokenTls),
    renewals: sorted(tally.renewals),
    statuses: sorted(tally.statuses),
    codes: sorted(tally.codes),
    failures: tally.failures,
  };
}

export function hasFailed({ properties, longTexts, failures }: Report): boolean {
  return properties.failed.length > 0 || longTexts.endless !== undefined || failures.length > 0;
}

/** The figures of a run as Markdown. */
export function figures(report: Report): string {
  const { machine, seed, properties, longTexts, requests, secureRequests, seconds, slowestMs, failures } =
    report;
  const routes = Object.keys(report.sent).length;
  const broken = Object.values(report.brokenTls).reduce((sum, times) => sum + times, 0);
  const renewed = Object.entries(report.renewals).map(([what, times]) => `${what} ${times} times`);
  return [
    `${machine}. Seed ${seed}.`,
    [
      `- ${properties.number} properties with ${properties.runs} runs each: ${properties.failed.length} failed.`,
      `- ${longTexts.parsers} parsers with long texts: ${longTexts.endless === undefined ? 'all come to an end' : `${longTexts.endless} does not`}.`,
      `- ${requests} requests and messages to ${routes} routes and transports in ${Math.round(seconds)} s, ${secureRequests} of them over TLS: ${failures.length} kinds of failure.`,
      `- Beside them ${broken} connections that break TLS in ${Object.keys(report.brokenTls).length} ways.`,
      `- Replaced or revoked while requests were under way: ${renewed.join(', ')}.`,
      heapLine('the relay in the clear', report.heapMb.plain),
      ...(secureRequests > 0 ? [heapLine('the one that encrypts', report.heapMb.secure)] : []),
      `- The slowest answer that nobody had asked to wait for took ${Math.round(slowestMs)} ms; others were at work on the machine.`,
    ].join('\n'),
    table(['answers', 'times'], report.statuses),
    table(['errors by code', 'times'], report.codes),
    ...(broken > 0 ? [table(['broken TLS', 'times'], report.brokenTls)] : []),
  ].join('\n\n');
}

function heapLine(relay: string, heapMb: readonly number[]): string {
  const [first = 0, last = 0] = [heapMb[0], heapMb.at(-1)];
  return `- Heap of ${relay} after collecting garbage: ${first.toFixed(1)} MB after the warm-up, ${last.toFixed(1)} MB at the end.`;
}

/** What went wrong, and how to see it again. */
export function failureText({ seed, what, faults, shown }: Failure): string {
  return `${what}: ${faults.join('; ')}\n  again: npm run fuzz -- --seed ${seed} --requests 250\n  sent: ${shown.slice(0, 4_000)}`;
}

const [begin, end] = ['<!-- figures of a run -->', '<!-- end of the figures -->'];

/** `page` with the figures of a run between its two marks. */
export function withFigures(page: string, report: Report): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no marks: ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${figures(report)}\n\n${page.slice(to)}`;
}

function table(columns: readonly string[], rows: Record<string, number>): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...Object.entries(rows).map(line)].join('\n');
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}
