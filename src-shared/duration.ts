const unitSeconds = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 } as const;

/** Seconds in a duration such as `90s`, `10m`, `12h`, `30d` or `2w`; undefined for what is none. */
export function readDuration(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,9})\s*([smhdw])$/i.exec(text.trim()) ?? [];
  if (number === undefined || unit === undefined) return undefined;
  return Number(number) * unitSeconds[unit.toLowerCase() as keyof typeof unitSeconds];
}

const words = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** A duration for people, in the largest unit that it is a whole number of: `10 minutes`, `36 hours`. */
export function durationInWords(seconds: number): string {
  const [unit, length] = words.find(([, one]) => seconds >= one && seconds % one === 0) ?? ['second', 1];
  const count = seconds / length;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
