/** An hour in words: when, with whom, and what to do now. */

import { arrivalOf } from './hour';
import { dayOf, sameDay } from '../i18n/dates';
import { t, timeOfDay } from '../i18n/language';
import type { Appointment } from '../protocol/bodies';

/** What the counsellor is called; somebody the clinic has forgotten has no name any more. */
export function nameOf({ counsellor }: Appointment): string {
  return counsellor.name === '' ? t('room.other.counsellor') : counsellor.name;
}

export function helloTo(hour: Appointment, now: number): string {
  const name = nameOf(hour);
  const time = timeOfDay(hour.starts_at);
  if (sameDay(hour.starts_at, now)) return t('visit.hello.today', { time, name });
  return t('visit.hello.day', { day: dayOf(hour.starts_at), time, name });
}

/** The one sentence under the headline. */
export function whatNow(hour: Appointment, now: number): string {
  const { state, minutes, opensAt, lateMinutes } = arrivalOf(hour, now);
  if (state === 'closed') {
    const time = timeOfDay(opensAt);
    if (sameDay(opensAt, now)) return t('visit.closed.today', { time });
    return t('visit.closed.day', { day: dayOf(opensAt), time });
  }
  if (lateMinutes > 0) return t('door.late', { name: nameOf(hour), count: lateMinutes });
  if (state === 'early') return t('visit.early', { count: minutes });
  return t(state === 'late' ? 'visit.late' : 'arrive.calm');
}

export function whenNext(hour: Appointment): string {
  const { starts_at: startsAt } = hour;
  const time = timeOfDay(startsAt);
  return t('visit.after.next.when', { day: dayOf(startsAt), time, name: nameOf(hour) });
}
