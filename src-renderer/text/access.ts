import { rights, type Access, type Right } from '../../src-shared/access.ts';

/** What each right is called where people choose. */
const rightNames: Readonly<Record<Right, string>> = {
  read: 'read',
  send: 'write',
  clear: 'clear',
  admin: 'administer',
};

/** The rights of a credential in words: `Read only`, `Read and write`, `Read, write and clear`. */
export function rightsInWords(held: readonly Right[]): string {
  const names = rights.filter((right) => held.includes(right)).map((right) => rightNames[right]);
  const last = names.pop();
  if (last === undefined) return 'Nothing';
  const words = names.length === 0 ? `${last} only` : `${names.join(', ')} and ${last}`;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Where the rights hold, one entry for all that hold on the same channels; empty if all hold everywhere. */
export function limitsOf({
  rights: held,
  channels,
}: Access): { rights: string; patterns: readonly string[] }[] {
  const limited = held.filter((right) => channels[right] !== undefined);
  const onChannels = held.filter((right) => right !== 'admin');
  const groups = Map.groupBy(limited, (right) => JSON.stringify(channels[right]));
  return [...groups.values()].map((group) => ({
    rights: group.length === onChannels.length ? '' : group.map((right) => rightNames[right]).join(' and '),
    patterns: channels[group[0] ?? 'read'] ?? [],
  }));
}
