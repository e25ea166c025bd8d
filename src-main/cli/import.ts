import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ImportResponse } from '../../src-shared/api/archive.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { unusable } from '../settings/configuration-error.ts';
import { exitCode } from './exit-codes.ts';
import { counted } from './numbers.ts';
import { print, printNote, printWarnings } from './output.ts';
import { patientClient } from './patient-client.ts';
import { withProgress, type ProgressListener } from './progress.ts';
import type { Talk } from './talk.ts';

/** The longest time that a timer can hold, in ms: an import takes as long as it takes. */
const unlimited = 2_147_483_647;

/** Said when it is broken off. */
const leftovers =
  'broken off: what the relay has taken over by now stays; the same import again takes over the rest';

export interface ImportRequest {
  /** `-` for standard input. */
  file: string;
  onError: 'stop' | 'skip';
  /** Only say what would be done. */
  dryRun: boolean;
}

/** `claude-bridge import FILE`: takes over an export. */
export async function importCommand(
  { file, onError, dryRun }: ImportRequest,
  { target, signal }: Talk,
): Promise<number> {
  const client = patientClient(target, unlimited);
  const query = { on_error: onError, dry_run: dryRun };
  try {
    const report = await withProgress('sent', async (onProgress) =>
      client.import(await read(file, onProgress), query, { signal, patienceMs: unlimited }),
    );
    print(summary(report));
    printWarnings(faults(report));
    return exitCode('fine');
  } catch (error) {
    // What was done before a line was refused, or before somebody broke it off, stays done.
    if (error instanceof BridgeError && isReport(error.details)) print(summary(error.details));
    if (signal.aborted && !dryRun) printNote(leftovers);
    throw error;
  }
}

/** The bytes of a file, counted as they are taken. */
async function read(file: string, onProgress: ProgressListener): Promise<ReadableStream<Uint8Array>> {
  const { input, total } = file === '-' ? { input: process.stdin, total: undefined } : await openFile(file);
  let done = 0;
  const counting = Readable.from(
    (async function* () {
      for await (const chunk of input as AsyncIterable<Buffer>) {
        yield chunk;
        done += chunk.length;
        onProgress(done, total);
      }
    })(),
  );
  return Readable.toWeb(counting) as ReadableStream<Uint8Array>;
}

async function openFile(path: string): Promise<{ input: Readable; total: number }> {
  try {
    const file = await open(path);
    return { input: file.createReadStream(), total: (await file.stat()).size };
  } catch (error) {
    throw unusable('read', path, error);
  }
}

type Counts = Pick<ImportResponse, 'dry_run' | 'messages' | 'cursors'>;

function isReport(details: object | undefined): details is Counts {
  return details !== undefined && 'messages' in details && 'cursors' in details && 'dry_run' in details;
}

function summary({ dry_run, messages, cursors }: Counts): string {
  const both = (one: number, other: number) => `${counted(one, 'message')} and ${counted(other, 'cursor')}`;
  const verb = dry_run ? 'would import' : 'imported';
  const skipped = messages.skipped + cursors.skipped;
  const there = skipped > 0 ? `; ${both(messages.skipped, cursors.skipped)} were there already` : '';
  return `${verb} ${both(messages.imported, cursors.imported)}${there}`;
}

function faults({ refused, errors, complete }: ImportResponse): string[] {
  const lines = errors.map(({ line, error }) => `line ${line} was left out: ${error}`);
  if (refused > errors.length) lines.push(`${counted(refused - errors.length, 'more line')} were left out`);
  if (!complete) lines.push('the export has no end line: it was cut, or lines were taken out of it');
  return lines;
}
