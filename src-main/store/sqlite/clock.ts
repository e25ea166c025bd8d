/**
 * Timestamps of the wire: UTC, always six fractional digits and a `Z`, so that comparing them as text compares them in
 * time (wire specification 2.5). Each is later than the one before, whatever the system clock does.
 */
export class Clock {
  #last = 0;
  /** Start of the second that `#prefix` is for, in µs. */
  #second = -1;
  #prefix = '';

  /** The current time, or the next microsecond after the last timestamp if the system clock stands behind it. */
  next(): string {
    this.#last = Math.max(systemMicroseconds(), this.#last + 1);
    return this.#format(this.#last);
  }

  /** Makes every later timestamp come after this one, which another process or an earlier run has written. */
  advancePast(timestamp: string): void {
    const microseconds = parseTimestamp(timestamp);
    if (microseconds !== undefined && microseconds > this.#last) this.#last = microseconds;
  }

  #format(microseconds: number): string {
    const fraction = microseconds % 1_000_000;
    const second = microseconds - fraction;
    if (second !== this.#second) {
      this.#second = second;
      this.#prefix = new Date(second / 1000).toISOString().slice(0, 20);
    }
    return `${this.#prefix}${String(fraction).padStart(6, '0')}Z`;
  }
}

/**
 * Microseconds since 1970, or undefined for text that is no timestamp: rows written by hand may hold anything. A time
 * beyond what counts exactly (the year 2255) is no clock's either; going on from there would repeat timestamps.
 */
function parseTimestamp(timestamp: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/.exec(timestamp);
  if (!match) return undefined;
  const milliseconds = Date.parse(`${match[1] ?? ''}Z`);
  if (Number.isNaN(milliseconds)) return undefined;
  const microseconds = milliseconds * 1000 + Number((match[2] ?? '').padEnd(6, '0'));
  return Number.isSafeInteger(microseconds) ? microseconds : undefined;
}

let calibration = Date.now() - performance.now();

/** The system's time in µs. The monotonic clock gives the digits that `Date` lacks; `Date` wins where they part. */
export function systemMicroseconds(): number {
  const wall = Date.now();
  let precise = calibration + performance.now();
  if (Math.abs(wall - precise) > 2) {
    calibration = wall - performance.now();
    precise = wall;
  }
  return Math.floor(precise * 1000);
}
