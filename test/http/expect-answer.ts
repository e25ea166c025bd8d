import { expect } from 'vitest';
import type { ErrorCode } from '../../src-shared/bridge-error.ts';
import { anyText, textLike } from '../support/matchers.ts';

interface AnyAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
  body: unknown;
}

/** What every response carries, whatever it is (wire specification 3.13). */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
  'content-security-policy': textLike(/^default-src 'none'; .*frame-ancestors 'none'/),
  'cache-control': 'no-store',
  vary: 'Origin',
};

/** An error in the one shape that errors have, with the headers that every response has. */
export function expectError(answer: AnyAnswer, status: number, code: ErrorCode, field?: string): void {
  expect([answer.status, answer.body]).toEqual([
    status,
    {
      error: textLike(/^\S.*\S$/),
      code,
      message: (answer.body as { error: string }).error,
      ...(field === undefined ? {} : { field }),
      // Only the answer to a wrong method may have one more key.
      ...(code === 'method_not_allowed' && 'hint' in (answer.body as object) ? { hint: anyText } : {}),
    },
  ]);
  expect(answer.headers).toMatchObject({ ...securityHeaders, 'content-type': 'application/json' });
  if (status === 401) expect(answer.headers['www-authenticate']).toMatch(/^Bearer /);
  if (status === 405) expect(answer.headers['allow']).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
  if (status === 429 || status === 503) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
}
