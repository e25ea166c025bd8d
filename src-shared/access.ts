/** What may be allowed. `admin` covers everything that changes the relay itself. */
export const rights = ['read', 'send', 'clear', 'admin'] as const;
export type Right = (typeof rights)[number];

/** What somebody may do, as requests and answers say it. */
export interface Access {
  rights: readonly Right[];
  /** The rights that hold on some channels only, with the patterns of those; the others hold on all. */
  channels: Partial<Record<Right, readonly string[]>>;
}

/** One line for people, such as `read, send (payments:*, ops)`. */
export function accessInWords({ rights: held, channels }: Access): string {
  if (held.length === 0) return 'none';
  return held
    .map((right) => (channels[right] ? `${right} (${channels[right].join(', ')})` : right))
    .join(', ');
}
