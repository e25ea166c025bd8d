import { compareCodePoints } from './channel.ts';

/**
 * The canonical form of a JSON value (wire specification 6.4): keys sorted by code point at every level, no
 * whitespace, only what JSON requires escaped, numbers as JavaScript prints them. Equal values have equal text, so it
 * can be stored, compared and hashed. Members that are undefined are left out.
 *
 * @param value JSON whose depth was checked (`jsonFault`), since every level takes a stack frame
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => compareCodePoints(a, b))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
