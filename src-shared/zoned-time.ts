import type { Fault } from './fault.ts';

/**
 * ISO 8601 as the original reads it (wire specification 6.2): calendar or week dates, `T` or a blank, extended or
 * compact, to the hour, minute, second or a fraction of it.
 */
const form = new RegExp(
  '^(?<year>\\d{4})' +
    '(?:(?<hyphen>-?)(?<month>\\d\\d)\\k<hyphen>(?<day>\\d\\d)|(?<dash>-?)W(?<week>\\d\\d)(?:\\k<dash>(?<weekday>\\d))?)' +
    '[Tt ]' +
    '(?<hour>\\d\\d)(?:(?<colon>:?)(?<minute>\\d\\d)(?:\\k<colon>(?<second>\\d\\d)(?:[.,]\\d+)?)?)?' +
    '(?<zone>Z|[+-](?<offset>\\d\\d)(?:(?<mark>:?)(?<minutes>\\d\\d)(?:\\k<mark>(?<seconds>\\d\\d)(?:[.,]\\d+)?)?)?)?$',
);

/** What is wrong with a date and time that must say its time zone, or undefined. */
export function zonedTimeFault(text: string): Fault | undefined {
  const parts = form.exec(text)?.groups;
  if (!parts || !isDate(parts) || !isTime(parts)) {
    return { code: 'invalid_format', says: 'must be an ISO 8601 date and time' };
  }
  if (parts['zone'] === undefined) return { code: 'timezone_required', says: 'must say its time zone' };
  return undefined;
}

type Parts = Record<string, string | undefined>;

function isDate({ year, month, day, week, weekday = '1' }: Parts): boolean {
  if (year === '0000') return false;
  if (week !== undefined) return within(week, 1, weeksIn(Number(year))) && within(weekday, 1, 7);
  // The zeroth day of a month is the last one of the month before.
  return within(month, 1, 12) && within(day, 1, dateOf(Number(year), Number(month), 0).getUTCDate());
}

function isTime({ hour, minute, second, offset, minutes, seconds }: Parts): boolean {
  return (
    [hour, offset].every((part) => within(part, 0, 23)) &&
    [minute, second, minutes, seconds].every(isSixtieth)
  );
}

/** A year has the week that holds its 28 December as its last; ISO weeks begin on Monday. */
function weeksIn(year: number): number {
  const isThursday = (date: Date) => date.getUTCDay() === 4;
  return isThursday(dateOf(year, 0, 1)) || isThursday(dateOf(year, 11, 31)) ? 53 : 52;
}

/** Years below 100 are years of our era here, unlike in the constructor of Date. */
function dateOf(year: number, month: number, day: number): Date {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date;
}

function isSixtieth(part: string | undefined): boolean {
  return within(part, 0, 59);
}

/** Parts that were left out are fine. */
function within(part: string | undefined, least: number, most: number): boolean {
  return part === undefined || (Number(part) >= least && Number(part) <= most);
}
