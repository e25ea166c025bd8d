import * as z from 'zod';
import { consumer, cursor } from '../../../src-shared/api/fields.ts';
import type { MessageDetail, MessageItem, MessagesResponse } from '../../../src-shared/api/messages.ts';
import { BridgeError } from '../../../src-shared/bridge-error.ts';
import { existingChannel } from '../../../src-shared/channel.ts';
import { interpretContent } from '../../../src-shared/encoding.ts';
import type { StoredMessage } from '../../../src-shared/message.ts';
import { utf8Bytes } from '../../../src-shared/text.ts';
import type { Page } from '../../relay/page.ts';
import { flag, readQuery, rowLimit } from '../exchange.ts';
import { isObject, toItem } from '../message-item.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson, sendJsonThen } from '../respond.ts';
import type { Route } from '../route.ts';
import { mapInSlices } from '../slices.ts';

const prefix = '/api/messages/';

const listQuery = z.object({
  channel: existingChannel,
  since_id: cursor,
  before_id: cursor,
  consumer_id: consumer,
});

/** Listing and reading messages, and what became of them (wire specification 3.4–3.6). */
export function messageRoutes({ relay, limits }: RouteParts): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/messages',
      right: 'read',
      hint: 'POST /api/send',
      handle: async ({ response, query, actor }) => {
        const asked = readQuery(listQuery, query, ['channel']);
        const limit = rowLimit(query, { byDefault: 50, max: 500 });
        const wanted = {
          channel: asked.channel,
          since: asked.since_id,
          before: asked.before_id,
          consumer: asked.consumer_id,
          limit,
          maxBytes: limits().maxPageBytes,
        };
        const page: Page & { behind?: number } = flag(query, 'open')
          ? await relay.finding.openQuestions(wanted, actor)
          : await relay.receive(wanted, actor);
        const full = flag(query, 'full');
        const listing = toListing(page, await mapInSlices(page.messages, (message) => toItem(message, full)));
        if (asked.before_id !== undefined) listing.previous_cursor = previousCursor(page, limit);
        if (page.behind) listing.index_behind = page.behind;
        sendJsonThen(response, listing, page.delivered);
      },
    },
    {
      method: 'GET',
      path: `${prefix}*`,
      right: 'read',
      handle: async ({ response, path, actor }) => {
        const { id, receipts } = messagePath(path);
        sendJson(
          response,
          200,
          receipts ? await relay.consumers.receipts(id, actor) : toDetail(await relay.find(id, actor)),
        );
      },
    },
  ];
}

/** An empty channel is answered with exactly two keys, as in both versions of the original. */
function toListing(
  { channel, nextCursor, stale, paused, lost, truncated, consumer: reader }: Page,
  messages: MessageItem[],
): MessagesResponse {
  const listing: MessagesResponse = { channel, messages };
  if (messages.length > 0 || nextCursor !== null || reader !== undefined) listing.next_cursor = nextCursor;
  if (reader !== undefined) listing.consumer_id = reader;
  if (stale) listing.warning = 'since_id_not_found';
  if (paused) listing.warning = 'paused';
  if (lost) listing.history_lost = lost;
  if (truncated) listing.truncated = true;
  return listing;
}

/** Where a reader that goes backwards goes on; a page that is not full shows the beginning of the channel. */
function previousCursor({ messages, truncated }: Page, limit: number): string | null {
  return truncated || messages.length === limit ? (messages[0]?.id ?? null) : null;
}

function toDetail(message: StoredMessage): MessageDetail {
  const { seq, id, channel, sender, content, timestamp, origin } = message;
  const { json, ...interpretation } = interpretContent(content);
  return {
    seq,
    id,
    channel,
    sender,
    ts: timestamp,
    is_json: isObject(json),
    origin,
    content,
    content_parsed: json ?? null,
    bytes: utf8Bytes(content),
    ...interpretation,
  };
}

/** The id behind the prefix: one segment, looked up exactly as it is; and whether its receipts are asked for. */
function messagePath(path: string): { id: string; receipts: boolean } {
  const [segment = '', ...further] = path.slice(prefix.length).split('/');
  const receipts = further.length === 1 && further[0] === 'receipts';
  if (segment === '' || (further.length > 0 && !receipts)) throw new BridgeError('not_found', 'not found');
  try {
    return { id: decodeURIComponent(segment), receipts };
  } catch (cause) {
    throw new BridgeError('not_found', 'not found', { cause });
  }
}
