import * as z from 'zod';
import type { ErrorCode } from './bridge-error.ts';

/** What is wrong with a value: `says` completes the sentence that begins with the name of its field. */
export interface Fault {
  code: ErrorCode;
  says: string;
  /** The part of the value that is meant, if it is not the whole. */
  field?: string;
}

/** A zod check made of a function that finds what is wrong with a value. */
export function checked<T>(find: (value: T) => Fault | undefined) {
  return ({ value, issues }: z.core.ParsePayload<T>): void => {
    const fault = find(value);
    if (!fault) return;
    issues.push({
      code: 'custom',
      input: value,
      path: fault.field === undefined ? [] : [fault.field],
      message: fault.says,
      params: { code: fault.code },
    });
  };
}

/** `schema`, which gets to see only values that `find` finds nothing wrong with. */
export function guarded<S extends z.ZodType>(find: (value: unknown) => Fault | undefined, schema: S) {
  const check = checked(find);
  return z.preprocess((input, context) => {
    check(context);
    return input;
  }, schema);
}
