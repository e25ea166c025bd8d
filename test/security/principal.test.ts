import { expect, test } from 'vitest';
import { principals, requireRight, type Right } from '../../src-main/security/principal.ts';

const everyday: Right[] = ['read', 'send', 'clear'];

test.each<[keyof typeof principals, Right[]]>([
  ['token', [...everyday, 'admin']],
  ['local', [...everyday, 'admin']],
  ['loopback', everyday],
  ['network', everyday],
  ['process', everyday],
])('%s has the rights %j', (kind, rights) => {
  expect([...principals[kind].rights].sort()).toEqual(rights.sort());
  for (const right of rights) requireRight(principals[kind], right);
});

test('a missing right is refused with its name and who lacks it', () => {
  expect(() => requireRight(principals.loopback, 'admin')).toThrow(
    expect.objectContaining({
      code: 'missing_right',
      status: 403,
      message: 'this needs the right "admin", which a client on this machine does not have',
    }),
  );
});
