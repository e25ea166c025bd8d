import type { FoundMessage, SearchResponse } from '../../src-shared/api/search.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { ApiClient, CallOptions } from '../../src-shared/client/api-client.ts';
import { relayTerms, type SearchTerms } from '../../src-shared/messages/search-text.ts';
import type { Unread } from './unread.svelte.ts';

/** Where the search is made, and who knows what has been seen. */
interface Place {
  readonly api: ApiClient;
  readonly unread: Unread;
}

interface Stretch extends CallOptions {
  /** Id of the message before which it goes on. */
  from?: string | undefined;
  limit: number;
}

/** Messages that are fetched at a time to be narrowed here, and how often for one answer. */
const pageSize = 200;
const mostPages = 25;

/**
 * Messages that match `terms`, newest first. The relay does not know what has been seen here, nor where a day begins: that
 * is sorted out of what it finds.
 * @throws BridgeError
 */
export async function searchMessages(
  { api, unread }: Place,
  terms: SearchTerms,
  { from, limit, ...options }: Stretch,
): Promise<SearchResponse> {
  const asked = { ...relayTerms(terms), full: true };
  if (terms.is === '' && terms.before === '')
    return api.search({ ...asked, before_id: from, limit }, options);
  const fits = fitting(terms, unread);
  const results: FoundMessage[] = [];
  let before_id = from;
  for (let pages = 1; ; pages++) {
    const page = await api.search({ ...asked, before_id, limit: pageSize }, options);
    results.push(...page.results.filter(fits));
    const next_before = results[limit - 1]?.id ?? page.next_before;
    if (results.length >= limit || page.next_before === null || pages === mostPages) {
      return { ...page, results: results.slice(0, limit), next_before };
    }
    before_id = page.next_before;
  }
}

function fitting({ is, before }: SearchTerms, unread: Unread): (message: FoundMessage) => boolean {
  if (is !== '' && is !== 'unread') throw fault('is: knows only is:unread');
  const end = before === '' ? Infinity : beginningOf(before);
  return ({ channel, ts_full }) =>
    (is === '' || (unread.of(channel) > 0 && ts_full > unread.boundary(channel))) &&
    Date.parse(ts_full) < end;
}

/** Midnight of a day, where the reader is. */
function beginningOf(day: string): number {
  if (!isDay(day)) throw fault('before: takes a day such as 2026-11-23');
  return new Date(`${day}T00:00`).getTime();
}

/** Whether `text` is a day of the calendar, written `2026-11-23`. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00`));
}

const fault = (says: string) => new BridgeError('invalid_value', says, { field: 'query' });
