import type { Fault } from './fault.ts';
import { exceedsBytes } from './text.ts';

/** Containers that a value inside a JSON value may be in (wire specification 6.2). */
const maxDepth = 16;

/** What keeps `value` from being stored as JSON of at most `limit` bytes in canonical form, or undefined. */
export function jsonFault(value: unknown, limit: number): Fault | undefined {
  return valueFault(value, 0) ?? sizeFault(value, limit);
}

/** The order of keys does not change the size of the canonical form, so it need not be made to be measured. */
export function sizeFault(json: unknown, limit: number): Fault | undefined {
  if (!exceedsBytes(JSON.stringify(json), limit)) return undefined;
  return { code: 'too_large', says: `is too large: it exceeds ${limit} bytes` };
}

/** The first fault of a text or number at any depth. */
function valueFault(value: unknown, depth: number): Fault | undefined {
  if (depth > maxDepth) return { code: 'too_deep', says: `is nested more than ${maxDepth} levels deep` };
  switch (typeof value) {
    case 'boolean':
      return undefined;
    case 'string':
      return textFault(value);
    case 'number':
      // JSON.parse reads 1e999 as Infinity, which could not be written out again.
      if (Number.isFinite(value)) return undefined;
      return { code: 'invalid_json', says: 'must not hold numbers beyond the range of a double' };
    case 'object':
      return value === null ? undefined : membersFault(value, depth + 1);
    default:
      return { code: 'invalid_json', says: 'must be JSON' };
  }
}

function membersFault(container: object, depth: number): Fault | undefined {
  const ofArray = Array.isArray(container);
  for (const [key, member] of Object.entries(container)) {
    const fault = (ofArray ? undefined : textFault(key)) ?? valueFault(member, depth);
    if (fault) return fault;
  }
  return undefined;
}

/** A lone surrogate has no UTF-8, so it could not be stored. */
export function textFault(text: string): Fault | undefined {
  if (text.isWellFormed()) return undefined;
  return { code: 'invalid_unicode', says: 'must not contain lone surrogates' };
}
