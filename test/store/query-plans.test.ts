import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src-main/store/sqlite/open.ts';
import { Origins } from '../../src-main/store/sqlite/origins.ts';
import { prepareStatements } from '../../src-main/store/sqlite/statements.ts';
import { databaseOfTest } from './support.ts';

/** Plans of all statements by their names. */
function plans(): Map<string, string[]> {
  const { db } = openDatabase(databaseOfTest().path, 'full');
  onTestFinished(() => {
    db.close();
  });
  const found = new Map<string, string[]>();
  for (const [name, { source }] of Object.entries(prepareStatements(db, new Origins(db)))) {
    // The plan of a statement is the same whatever its parameters are.
    const explain = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${source}`);
    const names = Array.from(source.matchAll(/:(\w+)/g), ([, name = '']) => [name, 0]);
    const named = names.length > 0 ? [Object.fromEntries(names) as object] : [];
    const marks = Array.from(source.matchAll(/\?/g), () => 0);
    found.set(
      name,
      explain.all(...named, ...marks).map(({ detail }) => detail),
    );
  }
  return found;
}

test('no statement goes through all messages', () => {
  const scanning = [...plans()].filter(([, steps]) =>
    steps.some((step) => /^SCAN (m|messages)\b/.test(step)),
  );
  // This one reads from the end and stops after the first.
  expect(scanning.map(([name]) => name)).toEqual(['newestTimestamp']);
});

test('a page of a channel begins above its floor instead of skipping what was cleared row by row', () => {
  const found = plans();
  for (const [name, table] of [
    ['settledAfter', 'relay_settled_places'],
    ['recentAfter', 'relay_recent_places'],
    ['settledBefore', 'relay_settled_places'],
    ['recentBefore', 'relay_recent_places'],
    ['deleteChannel', 'relay_settled_places'],
    ['deleteChannel', 'relay_recent_places'],
  ] as const) {
    const steps = found.get(name) ?? [];
    expect(steps.join('\n')).toMatch(
      new RegExp(`SEARCH (p|${table}) USING PRIMARY KEY \\(channel=\\? AND seq>\\?`),
    );
    expect(steps.filter((step) => /CORRELATED|TEMP B-TREE/.test(step))).toEqual([]);
  }
});
