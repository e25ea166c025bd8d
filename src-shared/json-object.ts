import * as z from 'zod';
import { compareCodePoints } from './channel.ts';
import { checked, type Fault } from './fault.ts';
import { jsonFault } from './json-value.ts';
import { shorten } from './text.ts';

/** Code points of a list of unknown fields that an error shows. */
const shownFields = 200;

export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is wrong with the fields of an object: it is none, some are unknown, one is missing; in this order. */
export function fieldsFault(value: unknown, shape: object, required: readonly string[]): Fault | undefined {
  if (!isJsonObject(value)) return { code: 'invalid_type', says: 'must be an object' };
  const unknown = Object.keys(value).filter((key) => !Object.hasOwn(shape, key));
  if (unknown.length > 0) {
    const list = shorten(unknown.sort(compareCodePoints).join(', '), shownFields);
    return { code: 'unknown_field', says: `has unknown fields: ${list}` };
  }
  const missing = required.find((key) => value[key] === undefined);
  return missing === undefined ? undefined : { code: 'required', says: 'is required', field: missing };
}

/** Largest free-form object beside a content, in bytes of its canonical form (wire specification 6.2). */
const maxMetadataBytes = 16_384;

/** A free-form object of limited size, as it was given. Null is no object. */
export const metadata = z
  .unknown()
  .check(
    checked((value) =>
      isJsonObject(value)
        ? jsonFault(value, maxMetadataBytes)
        : { code: 'invalid_type', says: 'must be an object' },
    ),
  )
  .transform((value) => value as Record<string, unknown>)
  .meta({ type: 'object' });

/** A field that may be left out; null counts as that. */
export function nullable<T extends z.ZodType>(schema: T) {
  return schema
    .nullish()
    .transform((value) => value ?? undefined)
    .optional();
}

/** A field that may be left out; an empty list or object counts as that, null does not. */
export function unlessEmpty<T extends z.ZodType<object>>(schema: T) {
  return schema.transform((value) => (Object.keys(value).length > 0 ? value : undefined)).optional();
}

/** `object` without the fields that are undefined. */
export function present<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
