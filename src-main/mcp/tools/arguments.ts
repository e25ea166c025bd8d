import * as z from 'zod';
import { cursor, sendRequest, clearRequest } from '../../../src-shared/api.ts';
import { nameLimits } from '../../../src-shared/channel.ts';

/** Arguments that several tools share, with what a model is told about each. */

export const channelToWrite = sendRequest.shape.channel.meta({
  description: 'Channel name, for example "demo:builds". A channel exists as soon as it holds a message.',
  minLength: 1,
  maxLength: nameLimits.channel,
});

export const channelToRead = clearRequest.shape.channel.meta({ description: 'Channel name.', minLength: 1 });

export const sinceId = cursor.meta({
  description:
    'Return only what came after the message with this id: the next_cursor of your last answer. ' +
    'Without it you get the newest messages.',
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
