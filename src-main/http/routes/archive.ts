import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { existingChannel } from '../../../src-shared/channel.ts';
import { cursor } from '../../../src-shared/api/fields.ts';
import { maxLineBytes, parseExportLine, type ExportLine } from '../../../src-shared/export-line.ts';
import { validate } from '../../../src-shared/validation.ts';
import type { IncomingLine } from '../../relay/archive.ts';
import { attachment } from '../attachment.ts';
import { flag, parameter } from '../exchange.ts';
import { jsonLines, type TextLine } from '../json-lines.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';
import { untilGone } from '../until-gone.ts';

const named = z.object({ channel: existingChannel });
const exportQuery = z.object({ since: cursor });
const importQuery = z.object({ on_error: z.enum(['stop', 'skip'], 'must be stop or skip') });

/** Characters that are written out at a time. */
const chunkCharacters = 65_536;

/** Messages as JSON Lines, out and in (wire specification 3.16). */
export function archiveRoutes({ relay: { archive } }: RouteParts): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/export',
      right: 'admin',
      handle: async (exchange) => {
        const { request, response, query, actor, principal } = exchange;
        const names = query.getAll('channel').map((channel) => validate(named, { channel }).channel);
        const { since } = validate(exportQuery, { since: parameter(query, 'since') });
        const signal = untilGone(exchange);
        const lines = await archive.export({ channels: names.length > 0 ? names : undefined, since }, actor);
        response.writeHead(200, attachment('application/x-ndjson', 'claude-bridge', 'jsonl'));
        if (request.method === 'HEAD') {
          response.end();
          return;
        }
        try {
          await pipeline(encoded(lines), response, { signal });
        } catch (error) {
          principal?.lease?.ended.throwIfAborted();
          // Nobody is there any more to be told.
          if (!signal.aborted) throw error;
        }
      },
    },
    {
      method: 'POST',
      path: '/api/import',
      right: 'admin',
      body: 'lines',
      handle: async ({ request, response, query, actor }) => {
        const { on_error: onError } = validate(importQuery, {
          on_error: parameter(query, 'on_error') ?? 'stop',
        });
        const options = { onError, dryRun: flag(query, 'dry_run') };
        sendJson(
          response,
          200,
          await archive.import(parsed(jsonLines(request, maxLineBytes)), options, actor),
        );
      },
    },
  ];
}

/** Lines in pieces that are worth a write, with a turn for others in between. */
async function* encoded(lines: AsyncIterable<ExportLine>): AsyncGenerator<string> {
  let chunk = '';
  for await (const line of lines) {
    chunk += `${JSON.stringify(line)}\n`;
    if (chunk.length < chunkCharacters) continue;
    yield chunk;
    chunk = '';
    await new Promise(setImmediate);
  }
  if (chunk !== '') yield chunk;
}

async function* parsed(pieces: AsyncIterable<TextLine[]>): AsyncGenerator<IncomingLine[]> {
  for await (const lines of pieces) {
    yield lines.map(({ number, text }) => ({ number, read: () => parseExportLine(text()) }));
  }
}
