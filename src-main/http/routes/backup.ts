import { open, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { BridgeError } from '../../../src-shared/bridge-error.ts';
import { attachment } from '../attachment.ts';
import type { Exchange } from '../exchange.ts';
import type { RouteParts } from '../parts.ts';
import type { Route } from '../route.ts';
import { untilGone } from '../until-gone.ts';

/** Seconds after which somebody may ask again while another copy is under way. */
const retryAfter = 10;

/** `GET /api/backup`: the whole database as a file (wire specification 3.14). */
export function backupRoutes({ relay, scratchFile }: RouteParts): Route[] {
  // Each one takes as much space as the database, for as long as it is under way.
  let underWay = false;
  return [
    {
      method: 'GET',
      path: '/api/backup',
      right: 'admin',
      handle: async (exchange) => {
        if (exchange.request.method === 'HEAD') {
          exchange.response.writeHead(200, headers()).end();
          return;
        }
        if (underWay) {
          throw new BridgeError('in_progress', 'another backup is under way', { retryAfter });
        }
        underWay = true;
        try {
          await sendCopy(exchange, scratchFile('backup.db'), relay);
        } finally {
          underWay = false;
        }
      },
    },
  ];
}

async function sendCopy(
  exchange: Exchange,
  file: string,
  { archive }: Pick<RouteParts['relay'], 'archive'>,
): Promise<void> {
  const { response, principal, actor } = exchange;
  const signal = untilGone(exchange);
  try {
    const bytes = await archive.backup(file, { signal }, actor);
    const copy = await open(file);
    // From here on the system itself removes it, whatever becomes of us.
    await rm(file);
    response.writeHead(200, { ...headers(), 'Content-Length': bytes });
    await pipeline(copy.createReadStream(), response);
  } catch (error) {
    principal?.lease?.ended.throwIfAborted();
    // Nobody is there any more to be told.
    if (!signal.aborted) throw error;
  } finally {
    await rm(file, { force: true });
  }
}

function headers() {
  return attachment('application/vnd.sqlite3', 'claude-bridge', 'db');
}
