import { rights, type Access } from '../../src-shared/access.ts';
import type { ChannelAccess } from '../../src-main/relay/actor.ts';
import { PrincipalAccess } from '../../src-main/security/principal.ts';
import { Rights } from '../../src-main/security/rights.ts';

/** What somebody with these rights may do; by default everything. */
export function accessOf(access: Partial<Access>): ChannelAccess {
  const held = new Rights({ rights, channels: {}, ...access });
  return new PrincipalAccess({ label: 'a tester', rights: held });
}

export const everything = accessOf({});
