const encoder = new TextEncoder();

/** A number that belongs to a name, the same everywhere: FNV-1a of its UTF-8, in 32 bits. */
export function nameHash(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
