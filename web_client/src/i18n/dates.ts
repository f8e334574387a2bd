/** Days and hours as people say them, in the page's language. */

import { dateFormat } from './date-formats';
import { language } from './language';

/** A day, such as "Thursday, 26 November". */
export function dayOf(unixMs: number): string {
  return dateFormat(language(), 'day').format(unixMs);
}

/** A day and a time of it, such as "Thursday, 26 November at 7:00 pm". */
export function momentOf(unixMs: number): string {
  return dateFormat(language(), 'moment').format(unixMs);
}

/** A moment of these days, such as "Sat 6:00 am". */
export function soonOf(unixMs: number): string {
  const style = { weekday: 'short', hour: 'numeric', minute: '2-digit' } as const;
  return new Intl.DateTimeFormat(language(), style).format(unixMs);
}

/** A day of the week, Monday first. */
export function weekdayName(place: number): string {
  const monday = Date.UTC(2026, 0, 5);
  return dateFormat(language(), 'weekday', 'UTC').format(monday + place * 86_400_000);
}

/** A day in few signs, such as "26 Nov". */
export function shortDay(unixMs: number): string {
  return dateFormat(language(), 'short').format(unixMs);
}

/** A day in few signs, with its year where that is another one than now. */
export function datedDay(unixMs: number, now: number): string {
  const same = new Date(unixMs).getFullYear() === new Date(now).getFullYear();
  return dateFormat(language(), same ? 'short' : 'dated').format(unixMs);
}

/** Time of day somewhere else, such as "7:00 am"; null where that is the time here, or nowhere. */
export function timeElsewhere(unixMs: number, timeZone: string): string | null {
  if (timeZone === '') return null;
  try {
    const here = dateFormat(language(), 'time').format(unixMs);
    const there = dateFormat(language(), 'time', timeZone).format(unixMs);
    return there === here ? null : there;
  } catch {
    return null; // a zone this browser does not know
  }
}

/** Whether two moments are of one day, here. */
export function sameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}
