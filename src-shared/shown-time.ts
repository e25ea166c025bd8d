import { locale } from './numbers.ts';

/** A moment, as a date or in milliseconds since the epoch. */
type Instant = Date | number;

/** An IANA zone name; without one, the viewer's own zone counts. */
type Zone = string | undefined;

/** The time of `date`, with as much of its day as is needed: `16:04:10` on the day of `now`, else `22 Nov, 16:04`. */
export function shortTime(date: Instant, now: Instant, zone?: Zone): string {
  if (calendarDay(date, zone) === calendarDay(now, zone)) return clockTime(date, zone);
  const sameYear = part(date, { year: 'numeric' }, zone) === part(now, { year: 'numeric' }, zone);
  const fields: Intl.DateTimeFormatOptions = {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  };
  return part(date, sameYear ? fields : { ...fields, year: 'numeric' }, zone);
}

/** `16:04:10`. */
export function clockTime(date: Instant, zone?: Zone): string {
  return part(date, { hour: '2-digit', minute: '2-digit', second: '2-digit' }, zone);
}

/** The minute of `date`, with as much of its day as is needed: `16:04` on the day of `now`, else `22 Nov, 16:04`. */
export function shortMinute(date: Instant, now: Instant, zone?: Zone): string {
  if (calendarDay(date, zone) !== calendarDay(now, zone)) return shortTime(date, now, zone);
  return part(date, { hour: '2-digit', minute: '2-digit' }, zone);
}

/** `22 Nov 2026`. */
export function calendarDate(date: Instant, zone?: Zone): string {
  return part(date, { day: 'numeric', month: 'short', year: 'numeric' }, zone);
}

/** `22 Nov 2026, 16:04:10 CET`. */
export function dateTime(date: Instant, zone?: Zone): string {
  return `${calendarDate(date, zone)}, ${clockTime(date, zone)} ${zoneLabel(date, zone)}`;
}

/** Everything there is to say about a moment: `Sunday 22 November 2026 at 16:04:10 CET`. */
export function fullTime(date: Instant, zone?: Zone): string {
  return `${part(date, { dateStyle: 'full' }, zone)} at ${clockTime(date, zone)} ${zoneLabel(date, zone)}`;
}

/** The day of a moment: `Today, Sunday 22 November`, `Saturday 21 November`, with the year if it is another one. */
export function dayName(date: Instant, now: Instant, zone?: Zone): string {
  const sameYear = part(date, { year: 'numeric' }, zone) === part(now, { year: 'numeric' }, zone);
  const fields: Intl.DateTimeFormatOptions = { weekday: 'long', day: 'numeric', month: 'long' };
  const day = part(date, sameYear ? fields : { ...fields, year: 'numeric' }, zone);
  return calendarDay(date, zone) === calendarDay(now, zone) ? `Today, ${day}` : day;
}

/** The short name of the zone at `date`: `CET`, `GMT-5`. */
export function zoneLabel(date: Instant, zone?: Zone): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'short' }).formatToParts(
    date,
  );
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'local time';
}

/** The viewer's zone by its full name, e.g. `Europe/Berlin`. */
export function zoneName(): string {
  return new Intl.DateTimeFormat(locale).resolvedOptions().timeZone;
}

function calendarDay(date: Instant, zone: Zone): string {
  return part(date, { dateStyle: 'short' }, zone);
}

function part(date: Instant, fields: Intl.DateTimeFormatOptions, zone: Zone): string {
  return new Intl.DateTimeFormat(locale, { ...fields, timeZone: zone }).format(date);
}
