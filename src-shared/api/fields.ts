import * as z from 'zod';
import { consumerName, messageId } from '../channel.ts';

/** A cursor: the id of a message or event. An empty one counts as absent. */
export const cursor = z
  .string('must be a string')
  .nullish()
  .transform((id) => (id === null || id === '' ? undefined : id))
  .pipe(messageId.optional());

/** A consumer that may be left out. */
export const consumer = consumerName.nullish().transform((id) => id ?? undefined);

/** A condition that may be left out. An empty one counts as absent, as pages with forms send it. */
export const condition = z
  .string('must be a string')
  .nullish()
  .transform((text) => (text === null || text === '' ? undefined : text));
