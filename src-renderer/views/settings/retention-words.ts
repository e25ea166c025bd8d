import type { StorageResponse } from '../../../src-shared/api/storage.ts';
import { counted } from '../../../src-shared/numbers.ts';
import { dayName, shortMinute } from '../../../src-shared/shown-time.ts';

/** What keeping messages for `days` means: whether the next sweep deletes any, and when, in one sentence. */
export function retentionInWords(
  days: number,
  { expiring, next_sweep_at }: Pick<StorageResponse, 'expiring' | 'next_sweep_at'>,
  now: number,
): { sentence: string; deletes: boolean } {
  if (days === 0) return { sentence: 'Nothing is deleted.', deletes: false };
  const before = dayName(new Date(expiring.before), now).replace(/^.*?(?=\d)/, '');
  const messages = `${expiring.more ? 'More than ' : ''}${counted(expiring.messages, 'message')}`;
  const next = Date.parse(next_sweep_at);
  if (expiring.messages === 0) return { sentence: `Nothing is older than ${before}.`, deletes: false };
  const when = next <= now ? 'now' : `at ${shortMinute(next, now)}`;
  return {
    sentence: `${messages} older than ${before} will be deleted ${when}, read or not.`,
    deletes: true,
  };
}
