/** Which hour a visit is for, and what is true of it now. Pure: times are Unix ms. */

import { sameDay } from '../i18n/dates';
import type { Appointment } from '../protocol/bodies';

const MINUTE_MS = 60_000;
/** So long before an hour its door opens; the gateway has the last word. */
const DOOR_MS = 60 * MINUTE_MS;
/** From then on it is not early any more. */
const EARLY_MS = 15 * MINUTE_MS;
/** So long after its end an hour that nobody ended may still be the one that is meant. */
const OVERRUN_MS = 60 * MINUTE_MS;
/** Which hours are asked for: those before may still be open. */
const BEFORE_MS = 12 * 60 * MINUTE_MS;
const AHEAD_MS = 60 * 24 * 60 * MINUTE_MS;

const OPEN_DOOR: ReadonlySet<Appointment['stage']> = new Set([
  'admitted',
  'in_session',
  'interrupted',
]);

/** What a page can be about. */
export type Choice =
  | { readonly kind: 'hour'; readonly hour: Appointment }
  | { readonly kind: 'cancelled'; readonly hour: Appointment; readonly next: Appointment | null }
  | { readonly kind: 'none' };

export interface Arrival {
  /** The door is not open yet; it is, and there is time; now; it has begun. */
  readonly state: 'closed' | 'early' | 'on_time' | 'late';
  /** Until it begins; 0 once it has. */
  readonly minutes: number;
  readonly opensAt: number;
  /** By how many minutes the counsellor has said to come later, while that is still ahead. */
  readonly lateMinutes: number;
}

/** The span of the calendar that is asked for. */
export function spanAt(now: number): { readonly since: number; readonly until: number } {
  return { since: Math.max(0, now - BEFORE_MS), until: now + AHEAD_MS };
}

/**
 * The hour that was asked for, or the one that is under way or next. One of today that was cancelled is said,
 * not passed over.
 */
export function chooseHour(hours: readonly Appointment[], now: number, wished = ''): Choice {
  const asked = hours.find((each) => each.id === wished && isOpen(each));
  if (asked !== undefined) return { kind: 'hour', hour: asked };
  const hour = nearest(hours, now);
  const cancelled = hours.find((each) => isCancelledToday(each, now));
  const today = hour !== null && (sameDay(hour.starts_at, now) || hour.starts_at < now);
  if (cancelled !== undefined && !today) return { kind: 'cancelled', hour: cancelled, next: hour };
  return hour === null ? { kind: 'none' } : { kind: 'hour', hour };
}

/** The hour after this one. */
export function hourAfter(
  hours: readonly Appointment[],
  id: string,
  now: number,
): Appointment | null {
  const ahead = hours.filter((each) => each.id !== id && isOpen(each) && each.starts_at > now);
  return earliest(ahead);
}

export function arrivalOf(hour: Appointment, now: number): Arrival {
  const { starts_at: startsAt, late_minutes: late } = hour;
  const opensAt = startsAt - DOOR_MS;
  const minutes = Math.max(0, Math.ceil((startsAt - now) / MINUTE_MS));
  const lateMinutes = now < startsAt + late * MINUTE_MS ? late : 0;
  return { state: stateOf(startsAt, late, now), minutes, opensAt, lateMinutes };
}

function stateOf(startsAt: number, lateMinutes: number, now: number): Arrival['state'] {
  if (now < startsAt - DOOR_MS) return 'closed';
  if (now < startsAt - EARLY_MS) return 'early';
  // Nobody is late for a counsellor who has said to come later.
  return now <= startsAt + lateMinutes * MINUTE_MS ? 'on_time' : 'late';
}

function isOpen({ stage }: Appointment): boolean {
  return stage !== 'ended';
}

function isCancelledToday(hour: Appointment, now: number): boolean {
  return hour.outcome === 'cancelled' && sameDay(hour.starts_at, now) && now < hour.ends_at;
}

function nearest(hours: readonly Appointment[], now: number): Appointment | null {
  const open = hours.filter(isOpen);
  for (const group of [isDue, isOverrunning, isAhead, isJustOver]) {
    const found = earliest(open.filter((each) => group(each, now)));
    if (found !== null) return found;
  }
  return null;
}

function isDue(hour: Appointment, now: number): boolean {
  return hour.starts_at - EARLY_MS <= now && now < hour.ends_at;
}

/** Nothing hangs up by itself: an hour goes on past its end until somebody ends it. */
function isOverrunning(hour: Appointment, now: number): boolean {
  return OPEN_DOOR.has(hour.stage) && isJustOver(hour, now);
}

function isAhead(hour: Appointment, now: number): boolean {
  return now < hour.starts_at;
}

function isJustOver({ ends_at: endsAt }: Appointment, now: number): boolean {
  return endsAt <= now && now < endsAt + OVERRUN_MS;
}

function earliest(hours: readonly Appointment[]): Appointment | null {
  return hours.reduce<Appointment | null>(
    (first, each) => (first === null || each.starts_at < first.starts_at ? each : first),
    null,
  );
}
