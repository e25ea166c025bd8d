const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How long ago something was, in its largest unit: `now`, `41 min`, `3 h`, `2 d`. It changes once a minute at most. */
export function age(milliseconds: number): string {
  if (milliseconds < minute) return 'now';
  if (milliseconds < hour) return `${Math.floor(milliseconds / minute)} min`;
  if (milliseconds < day) return `${Math.floor(milliseconds / hour)} h`;
  return `${Math.floor(milliseconds / day)} d`;
}
