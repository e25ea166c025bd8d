/** The page is in English, so its numbers and dates are too: 24 hours, the month as a word. */
export const locale = 'en-GB';

const integers = new Intl.NumberFormat(locale);

/** `1,240 messages`, `1 message`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${integers.format(count)} ${count === 1 ? noun : plural}`;
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** A length of time in its two largest units: `12 s`, `41 min`, `3 h 5 min`, `3 d 4 h`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < minute) return `${whole} s`;
  if (whole < hour) return `${Math.floor(whole / minute)} min`;
  if (whole < day) return `${Math.floor(whole / hour)} h ${Math.floor((whole % hour) / minute)} min`;
  return `${integers.format(Math.floor(whole / day))} d ${Math.floor((whole % day) / hour)} h`;
}

const sizes = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const;
const tenths = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

/** `512 bytes`, `128 KB`, `57.2 MB`. */
export function bytes(count: number): string {
  const step = Math.min(sizes.length - 1, Math.floor(Math.log2(Math.max(1, count)) / 10));
  return `${tenths.format(count / 1_024 ** step)} ${sizes[step] ?? ''}`;
}
