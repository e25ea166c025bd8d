import { expect } from 'vitest';
import { get, type Target } from '../support/http-client.ts';

/** The figures of a relay by their series, such as `claude_bridge_sends_total{result="stored"}`. */
class MetricsPage {
  readonly text: string;
  readonly #figures: ReadonlyMap<string, number>;

  constructor(text: string) {
    this.text = text;
    this.#figures = new Map(seriesIn(text));
  }

  /** 0 for a series that is not there: nothing was counted yet. */
  of(series: string): number {
    return this.#figures.get(series) ?? 0;
  }

  /** The labels of a metric that begin with a text. */
  all(beginning: string): string[] {
    return [...this.#figures.keys()].filter((series) => series.startsWith(beginning));
  }
}

export async function measure(target: Target, headers: Record<string, string> = {}): Promise<MetricsPage> {
  const answer = await get(target, '/metrics', headers);
  expect(answer).toMatchObject({
    status: 200,
    headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' },
  });
  return new MetricsPage(answer.text);
}

const name = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const label = `[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"`;
const sample = new RegExp(
  `^(${name}(?:\\{${label}(?:,${label})*\\})?) (-?(?:\\d+\\.?\\d*(?:e[+-]?\\d+)?|\\+?Inf))$`,
);

/** Every line is what the format allows, and each metric is described once before its samples. */
function seriesIn(text: string): [string, number][] {
  expect(text.endsWith('\n')).toBe(true);
  const described = new Set<string>();
  const found: [string, number][] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, kind, metric = ''] = /^# (HELP|TYPE) (\S+) ./.exec(line) ?? [];
    if (kind === 'HELP') {
      expect(described, metric).not.toContain(metric);
      described.add(metric);
    }
    if (kind !== undefined) continue;
    const [, series = '', value] = sample.exec(line) ?? expect.fail(`no sample: ${line}`);
    const of = series.replace(/\{.*$/s, '').replace(/_(bucket|sum|count)$/, '');
    expect(described.has(of) || described.has(series.replace(/\{.*$/s, ''))).toBe(true);
    found.push([series, Number(value)]);
  }
  expect(new Set(found.map(([series]) => series)).size).toBe(found.length);
  return found;
}
