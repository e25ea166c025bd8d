import type * as z from 'zod';
import { BridgeError, errorStatus, type ErrorCode } from './bridge-error.ts';

/**
 * `input` as `schema` describes it.
 * @throws BridgeError with the code of the first fault and the name of its field.
 */
export function validate<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw toValidationError(result.error.issues[0]);
}

function toValidationError(issue: z.core.$ZodIssue | undefined): BridgeError {
  if (!issue) return new BridgeError('invalid_value', 'the input is not valid');
  const field = issue.path.join('.');
  const sentence = field === '' ? issue.message : `${field} ${issue.message}`;
  return new BridgeError(codeOf(issue), sentence, { field: field === '' ? undefined : field });
}

function codeOf(issue: z.core.$ZodIssue): ErrorCode {
  switch (issue.code) {
    case 'custom': {
      const code: unknown = issue.params?.['code'];
      return isErrorCode(code) ? code : 'invalid_value';
    }
    case 'invalid_type':
      return 'invalid_type';
    case 'too_small':
    case 'too_big':
      return 'out_of_range';
    case 'invalid_format':
      return 'invalid_format';
    default:
      return 'invalid_value';
  }
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && code in errorStatus;
}
