import * as z from 'zod';
import {
  cursor,
  sendRequest,
  type MessageDetail,
  type MessageItem,
  type MessagesResponse,
  type SendResponse,
} from '../../../src-shared/api.ts';
import { BridgeError } from '../../../src-shared/bridge-error.ts';
import { existingChannel } from '../../../src-shared/channel.ts';
import { parseJson, parseJsonContent, preview, type StoredMessage } from '../../../src-shared/message.ts';
import { utf8Bytes } from '../../../src-shared/text.ts';
import { validate } from '../../../src-shared/validation.ts';
import type { Page } from '../../relay/page.ts';
import { flag, parameter, rowLimit } from '../exchange.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';

const listQuery = z.object({ channel: existingChannel, since_id: cursor });

/** Sending, listing and reading messages (wire specification 3.4–3.7). */
export function messageRoutes({ relay, limits }: RouteParts): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/send',
      right: 'send',
      body: 'json',
      handle: async ({ response, body, address }) => {
        const { id, seq, channel, timestamp } = await relay.send(validate(sendRequest, body), { address });
        const answer: SendResponse = { id, seq, channel, ts: timestamp, deduplicated: false };
        sendJson(response, 200, answer);
      },
    },
    {
      method: 'GET',
      path: '/api/messages',
      right: 'read',
      hint: 'POST /api/send',
      handle: async ({ response, query }) => {
        const { channel, since_id } = validate(listQuery, {
          channel: parameter(query, 'channel') ?? '',
          since_id: parameter(query, 'since_id'),
        });
        const page = await relay.receive({
          channel,
          since: since_id,
          limit: rowLimit(query, { byDefault: 50, max: 500 }),
          maxBytes: limits().maxPageBytes,
        });
        sendJson(response, 200, toListing(page, flag(query, 'full')));
      },
    },
    {
      method: 'GET',
      path: '/api/messages/*',
      right: 'read',
      handle: async ({ response, path }) => {
        sendJson(response, 200, toDetail(await relay.find(lastSegment(path))));
      },
    },
  ];
}

/** An empty channel is answered with exactly two keys, as in both versions of the original. */
function toListing(
  { channel, messages, nextCursor, stale, truncated }: Page,
  full: boolean,
): MessagesResponse {
  const listing: MessagesResponse = { channel, messages: messages.map((message) => toItem(message, full)) };
  if (messages.length > 0 || nextCursor !== null) listing.next_cursor = nextCursor;
  if (stale) listing.warning = 'since_id_not_found';
  if (truncated) listing.truncated = true;
  return listing;
}

function toItem({ seq, id, sender, content, timestamp }: StoredMessage, full: boolean): MessageItem {
  const item: MessageItem = {
    seq,
    id,
    ts: timestamp,
    ts_full: timestamp,
    sender,
    is_json: parseJsonContent(content) !== undefined,
  };
  if (full) item.content = content;
  else item.preview = preview(content);
  return item;
}

function toDetail({ seq, id, channel, sender, content, timestamp }: StoredMessage): MessageDetail {
  const parsed = parseJson(content);
  return {
    seq,
    id,
    channel,
    sender,
    ts: timestamp,
    is_json: typeof parsed === 'object' && parsed !== null,
    content,
    content_parsed: parsed ?? null,
    bytes: utf8Bytes(content),
  };
}

/** The id at the end of the path: one segment, looked up exactly as it is. */
function lastSegment(path: string): string {
  const segment = path.slice('/api/messages/'.length);
  if (segment === '' || segment.includes('/')) throw new BridgeError('not_found', 'not found');
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new BridgeError('not_found', 'not found', { cause });
  }
}
