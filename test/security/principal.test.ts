import { describe, expect, test } from 'vitest';
import { accessInWords, type Access, type Right } from '../../src-shared/access.ts';
import { noAccess, PrincipalAccess, principals, requireRight } from '../../src-main/security/principal.ts';
import { Rights } from '../../src-main/security/rights.ts';

const everyday: Right[] = ['read', 'send', 'clear'];

function holder(access: Access) {
  return { label: 'atlas', rights: new Rights(access) };
}

test.each<[keyof typeof principals, Right[]]>([
  ['token', [...everyday, 'admin']],
  ['local', [...everyday, 'admin']],
  ['loopback', everyday],
  ['network', everyday],
  ['process', everyday],
])('%s has the rights %j on every channel', (kind, rights) => {
  expect(principals[kind].rights.access).toEqual({ rights, channels: {} });
  for (const right of rights) {
    requireRight(principals[kind], right);
    requireRight(principals[kind], right, 'any channel');
  }
});

test('a missing right is refused with its name and who lacks it', () => {
  expect(() => requireRight(principals.loopback, 'admin')).toThrow(
    expect.objectContaining({
      code: 'missing_right',
      status: 403,
      field: undefined,
      message: 'this needs the right "admin", which a client on this machine does not have',
    }),
  );
});

describe('a right that is limited to channels', () => {
  const limited = holder({
    rights: ['read', 'send', 'admin'],
    channels: { send: ['payments:*', 'ops'], admin: ['ops'] },
  });

  test('holds there and nowhere else, and the refusal names the channel', () => {
    for (const channel of ['payments:new', 'ops']) requireRight(limited, 'send', channel);
    requireRight(limited, 'read', 'anything');
    expect(() => requireRight(limited, 'send', 'infra:new')).toThrow(
      expect.objectContaining({
        code: 'missing_right',
        field: 'channel',
        message: 'this needs the right "send" on the channel infra:new, which atlas does not have',
      }),
    );
  });

  test('is enough where the channel is asked for later, except to administer the relay', () => {
    requireRight(limited, 'send');
    requireRight(limited, 'admin', 'ops');
    expect(() => requireRight(limited, 'admin')).toThrow(expect.objectContaining({ code: 'missing_right' }));
  });

  test('says which channels may be read', () => {
    expect(new PrincipalAccess(limited).readable).toBeUndefined();
    const reader = new PrincipalAccess(holder({ rights: ['read'], channels: { read: ['ops'] } }));
    expect(reader.readable?.patterns).toEqual(['ops']);
    expect([reader.mayRead('ops'), reader.mayRead('ops2')]).toEqual([true, false]);
  });
});

test('who has no rights reads nothing, and not everything', () => {
  expect(noAccess.readable?.patterns).toEqual([]);
  expect(noAccess.mayRead('ops')).toBe(false);
  expect(() => noAccess.require('read', 'ops')).toThrow(expect.objectContaining({ code: 'missing_right' }));
});

test('rights are told in words', () => {
  expect(accessInWords({ rights: ['read', 'send'], channels: { send: ['a', 'b:*'] } })).toBe(
    'read, send (a, b:*)',
  );
  expect(accessInWords({ rights: [], channels: {} })).toBe('none');
});
