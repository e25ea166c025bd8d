import { expect, onTestFinished, test } from 'vitest';
import { prepareDeliveryStatements } from '../../../src-main/store/sqlite/delivery-statements.ts';
import { openDatabase } from '../../../src-main/store/sqlite/open.ts';
import { databaseOfTest } from '../support.ts';

/** Plans of the statements of keys, cursors and receipts by their names. */
function plans(): Map<string, string> {
  const { db } = openDatabase(databaseOfTest().path, 'full');
  onTestFinished(() => {
    db.close();
  });
  return new Map(
    Object.entries(prepareDeliveryStatements(db)).map(([name, { source }]) => {
      const explain = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${source}`);
      const named = Object.fromEntries(Array.from(source.matchAll(/:(\w+)/g), ([, key = '']) => [key, 0]));
      const marks = Array.from(source.matchAll(/\?/g), () => 0);
      const parameters = marks.length > 0 ? marks : [named];
      return [
        name,
        explain
          .all(...parameters)
          .map(({ detail }) => detail)
          .join('\n'),
      ];
    }),
  );
}

test('only the list of all consumers goes through a table from end to end', () => {
  const scanning = [...plans()].filter(([, steps]) =>
    /^SCAN (m|f|messages|relay_\w+|bridge_\w+)\b/m.test(steps),
  );
  expect(scanning.map(([name]) => name)).toEqual(['followers']);
});

test('receipts are found by channel, consumer, type and place', () => {
  const found = plans();
  const byAll = 'USING INDEX relay_receipts (channel=? AND consumer=? AND type=? AND last_seq>';
  expect(found.get('receipts')?.split(byAll)).toHaveLength(3);
  expect(found.get('receiptsWithin')?.split(byAll)).toHaveLength(3);
});
