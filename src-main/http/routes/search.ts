import {
  searchQuery,
  threadQuery,
  type FoundMessage,
  type SearchResponse,
  type ThreadResponse,
} from '../../../src-shared/api/search.ts';
import type { FoundPage } from '../../relay/finding.ts';
import { flag, readQuery, rowLimit, type Exchange } from '../exchange.ts';
import { toFoundMessage } from '../message-item.ts';
import type { RouteParts } from '../parts.ts';
import { sendJson } from '../respond.ts';
import type { Route } from '../route.ts';
import { mapInSlices } from '../slices.ts';

/** Messages by what they say and by what they answer (wire specification 6.9). */
export function searchRoutes({ relay, limits }: RouteParts): Route[] {
  const stretch = (query: URLSearchParams) => ({
    limit: rowLimit(query, { byDefault: 50, max: 500 }),
    maxBytes: limits().maxPageBytes,
  });
  return [
    {
      method: 'GET',
      path: '/api/search',
      right: 'read',
      handle: async ({ response, query, actor }) => {
        const {
          q,
          channel,
          sender,
          type,
          since_id: since,
          before_id: before,
        } = readQuery(searchQuery, query);
        const wanted = { query: q, channel, sender, type, since, before, ...stretch(query) };
        const page = await relay.finding.search(wanted, actor);
        const answer: SearchResponse = {
          query: q ?? null,
          results: await toMessages(page, query),
          next_before: page.previousCursor,
        };
        sendJson(response, 200, { ...answer, ...notes(page) });
      },
    },
    {
      method: 'GET',
      path: '/api/threads',
      right: 'read',
      handle: async ({ response, query, actor }) => {
        const { id, channel, before_id: before } = readQuery(threadQuery, query, ['id']);
        const page = await relay.finding.thread({ id, channel, before, ...stretch(query) }, actor);
        const answer: ThreadResponse = {
          thread: page.thread,
          messages: await toMessages(page, query),
          open: page.open,
          previous_cursor: page.previousCursor,
        };
        sendJson(response, 200, { ...answer, ...notes(page) });
      },
    },
  ];
}

function toMessages({ messages }: FoundPage, query: Exchange['query']): Promise<FoundMessage[]> {
  const full = flag(query, 'full');
  return mapInSlices(messages, (message) => toFoundMessage(message, full));
}

/** What the reader should know besides; most answers have nothing to say. */
function notes({ stale, paused, behind }: FoundPage): Pick<SearchResponse, 'warning' | 'index_behind'> {
  return {
    ...(stale ? { warning: 'since_id_not_found' } : {}),
    ...(paused ? { warning: 'paused' } : {}),
    ...(behind > 0 ? { index_behind: behind } : {}),
  };
}
