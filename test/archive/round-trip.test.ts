import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { parseExportLine } from '../../src-shared/export-line.ts';
import type { IncomingLine } from '../../src-main/relay/archive.ts';
import { exportLines } from '../../src-main/relay/exporting.ts';
import { Importing } from '../../src-main/relay/importing.ts';
import type { MessageStore, RestoredMessage } from '../../src-main/store/message-store.ts';
import { scratchDatabase } from '../store/support.ts';

/** What an export holds, an import gives back: equal messages, and consumers who stand where they stood. */

/** Text that other formats stumble over: line ends of all kinds, quotes, control characters, halves of escaped pairs. */
const hostile = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(...Array.from('\r\n\u2028\u2029\u0085\u0001\u001f\u007f\ufeff"\\{}[]:, a')),
    maxLength: 40,
  }),
  fc.constantFrom(
    '{"half":"\\ud800"}',
    '\\ud83d',
    '\ufeff',
    '\0',
    'a\0b',
    '\ufffd',
    '__proto__',
    '{"a":1e400}',
    '',
  ),
  fc.integer({ min: 100_000, max: 131_072 }).map((length) => '\u0001'.repeat(length)),
  fc.integer({ min: 20_000, max: 32_768 }).map((length) => '🙂'.repeat(length)),
);
const name = hostile.filter((text) => text !== '' && text.isWellFormed() && text.length < 1_000);

const messages = fc.array(
  fc.record({
    channel: fc.oneof(fc.constantFrom('room', 'hall'), name),
    sender: name,
    content: hostile.filter((text) => text.isWellFormed()),
    timestamp: fc
      .date({ min: new Date('1970-01-01'), max: new Date('2025-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    origin: fc.option(
      fc.record({ label: name, client: fc.option(fc.record({ name, version: fc.constantFrom('', '1.0') })) }),
    ),
    consumer: fc.option(name),
  }),
  { maxLength: 40 },
);

async function fill(
  store: MessageStore,
  sent: (RestoredMessage & { consumer: string | null })[],
): Promise<void> {
  await store.restore(sent.map(({ consumer: _, ...message }) => message));
  for (const { consumer, channel, id } of sent) {
    if (consumer === null) continue;
    await store.acknowledge({ consumer, channel, messageId: id, metadata: '{"n":1}' });
    await store.recordRead({ consumer, channel, firstSeq: 1, lastSeq: 3 });
  }
}

async function textOf(store: MessageStore): Promise<string> {
  let text = '';
  for await (const line of await exportLines(store, { channels: undefined, since: undefined })) {
    text += `${JSON.stringify(line)}\n`;
  }
  return text;
}

function linesOf(text: string): IncomingLine[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line, index) => ({ number: index + 1, read: () => parseExportLine(line) }));
}

async function everything(store: MessageStore) {
  const rows = await store.after(undefined, 0, 10_000);
  const stretch = { afterSeq: 0, upToSeq: store.head().seq };
  return { messages: rows.map(({ seq: _, ...row }) => row), positions: await store.positions(stretch) };
}

test(
  'an export that is imported into an empty relay gives equal messages and positions',
  { timeout: 60_000 },
  async () => {
    const databases: ReturnType<typeof scratchDatabase>[] = [];
    onTestFinished(async () => {
      await Promise.all(databases.map((database) => database.remove()));
    });
    const openEmpty = async () => {
      const database = scratchDatabase();
      databases.push(database);
      return database.open({ durability: 'normal' });
    };
    await fc.assert(
      fc.asyncProperty(messages, async (drafts) => {
        const [from, to] = [await openEmpty(), await openEmpty()];
        await fill(
          from,
          drafts.map((draft, index) => ({ ...draft, id: `id ${index}` })),
        );
        const text = await textOf(from);

        const importing = new Importing(to, { onError: 'stop', dryRun: false });
        for (const { number, read } of linesOf(text)) await importing.take(number, read);
        expect(await importing.finish()).toMatchObject({
          complete: true,
          refused: 0,
          messages: { imported: drafts.length },
        });

        expect(await everything(to)).toEqual(await everything(from));
        // And once more from there, word for word but for the time.
        expect(withoutHeader(await textOf(to))).toBe(withoutHeader(text));
        await Promise.all([from.close(), to.close()]);
      }),
      { numRuns: 40 },
    );
  },
);

function withoutHeader(text: string): string {
  return text.slice(text.indexOf('\n'));
}
