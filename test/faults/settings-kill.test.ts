import { readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { bearer, call, get } from '../support/http-client.ts';
import { freePort } from '../support/ports.ts';
import { runtimeFileIn, scratchDirectory, startRelay, type Relay } from '../support/program.ts';

/** A relay that is killed while its settings are changed starts with the old ones or the new ones, never with neither. */

interface Kept {
  port: number;
  maxSse: number;
}

let home: string;
let file: string;

beforeAll(async () => {
  home = scratchDirectory();
  file = join(home, 'config.json');
  writeFileSync(file, JSON.stringify({ port: await freePort(), maxSse: 1 } satisfies Kept));
});

function kept(): Kept {
  return JSON.parse(readFileSync(file, 'utf8')) as Kept;
}

/** Starts with what is kept, and shows that it does. */
async function startAsKept(): Promise<Relay> {
  const relay = await startRelay({ home, portFromFile: true });
  const { port, maxSse } = kept();
  expect(relay.port).toBe(port);
  const settings = await get(relay, '/api/settings', bearer(relay.localToken));
  expect(settings.text).toContain(`"key":"maxSse","group":"Event streams","value":${maxSse}`);
  return relay;
}

function change(relay: Relay, body: Kept) {
  const headers = bearer(relay.localToken);
  const target = { port: Number(new URL(runtimeFileIn(home).url).port) };
  return call(target, 'PATCH', '/api/settings', { body, headers });
}

/** Resolves at the first sign that something is written beside the settings file, perhaps only a draft of it. */
function writingBegins(): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(home, (_type, name) => {
      if (name?.includes('config.json') !== true) return;
      watcher.close();
      resolve();
    });
  });
}

async function changedTo({ maxSse }: Kept): Promise<void> {
  while (kept().maxSse !== maxSse) await new Promise(setImmediate);
}

type Outcome = 'old' | 'new' | 'either';

test.each<[string, Outcome, (next: Kept, answering: Promise<unknown>) => Promise<unknown>]>([
  ['before anything was written', 'old', () => Promise.resolve()],
  ['while it is being written', 'either', () => writingBegins()],
  ['as soon as it is written, and perhaps not yet in force', 'new', (next) => changedTo(next)],
  ['when it was answered', 'new', (_next, answering) => answering],
])('killed %s, it starts with whole settings: %s', { timeout: 60_000 }, async (_moment, outcome, moment) => {
  const relay = await startAsKept();
  const before = kept();
  const next = { port: await freePort(), maxSse: before.maxSse + 1 };
  const answering = change(relay, next).catch(() => undefined);
  await moment(next, answering);
  await relay.kill();
  await answering;
  const expected = { old: [before], new: [next], either: [before, next] }[outcome];
  expect(expected).toContainEqual(kept());
  await (await startAsKept()).stop();
});
