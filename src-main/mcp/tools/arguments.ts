import * as z from 'zod';
import { clearRequest } from '../../../src-shared/api/clear.ts';
import { ackRequest } from '../../../src-shared/api/consumers.ts';
import { consumer, cursor } from '../../../src-shared/api/fields.ts';
import { searchQuery } from '../../../src-shared/api/search.ts';
import { nameLimits } from '../../../src-shared/channel.ts';

/** Arguments that several tools share, with what a model is told about each. */

export const channelToWrite = ackRequest.shape.channel.meta({
  description: 'Channel name, for example "demo:builds". A channel exists as soon as it holds a message.',
  minLength: 1,
  maxLength: nameLimits.channel,
});

export const channelToRead = clearRequest.shape.channel.meta({ description: 'Channel name.', minLength: 1 });

export const sinceId = cursor.meta({
  description: 'Return only what came after the message with this id: the next_cursor of your last answer.',
});

export const beforeId = cursor.meta({
  description:
    'Page back: return the newest messages before the one with this id, the previous_cursor of an earlier answer.',
});

export const searchWords = searchQuery.shape.q.meta({
  description:
    'Return only messages in which all these words occur, newest first. Several words in quotation marks must occur ' +
    'in a row, an asterisk stands for any end of a word: "release notes" lin*.',
});

export const consumerId = consumer.meta({
  description:
    'Your own name as a reader: you get what comes after the last message you acknowledged with bridge_ack, from ' +
    'the very first if you never did, and the bridge notes what you have read.',
  minLength: 1,
  maxLength: nameLimits.consumer,
});

export const afterChannel = z
  .string('must be a string')
  .nullish()
  .transform((name) => name ?? undefined)
  .meta({ description: 'List only channels behind this name: the next_cursor of a truncated answer.' });

/** A whole number that is brought into its range; anything but a whole number is an error. */
export function wholeNumber({
  min,
  max,
  usual,
  says,
}: {
  min: number;
  max: number;
  usual: number;
  says: string;
}) {
  return z
    .int('must be a whole number')
    .nullish()
    .transform((number) => Math.min(Math.max(number ?? usual, min), max))
    .meta({ description: `${says} (${min} to ${max}, default ${usual}).` });
}

export const pageLimit = wholeNumber({ min: 1, max: 500, usual: 20, says: 'Most messages to return' });

export const includeReceipts = z
  .boolean('must be true or false')
  .nullish()
  .transform((include) => include ?? false)
  .meta({ description: 'Add to each message who has read and acknowledged it by name, and when.' });
