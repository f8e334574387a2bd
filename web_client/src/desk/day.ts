/** A counsellor's day: its bounds, how far each hour is, which is next, who has come. Pure but for the language. */

import { t } from '../i18n/language';
import type { Appointment } from '../protocol/bodies';

const MINUTE_MS = 60_000;
/** How long before its start the gateway opens an hour's door. */
const EARLY_MS = 60 * MINUTE_MS;
/** How far past midnight, before and after, an hour still belongs to what somebody does now. */
const NIGHT_MS = 3 * 60 * MINUTE_MS;

export interface Bounds {
  readonly since: number;
  readonly until: number;
}

/** The day of a moment, here: from midnight to midnight, 23 to 25 hours. `days` further on. */
export function dayBounds(unixMs: number, days = 0): Bounds {
  const midnight = (further: number): number => {
    const at = new Date(unixMs);
    return new Date(at.getFullYear(), at.getMonth(), at.getDate() + further).getTime();
  };
  return { since: midnight(days), until: midnight(days + 1) };
}

/** What is asked for to show today: midnight neither hides the hour one is in, nor the one in ten minutes. */
export function aroundNow({ since, until }: Bounds, nowMs: number): Bounds {
  return { since: Math.min(since, nowMs - NIGHT_MS), until: Math.max(until, nowMs + NIGHT_MS) };
}

/** Whether an hour is shown on a day: it begins on it, or it is of another one and goes on or comes. */
export function isShownOn({ since, until }: Bounds, hour: Appointment): boolean {
  return beginsOn({ since, until }, hour) || !isOver(hour);
}

export function beginsOn({ since, until }: Bounds, { starts_at }: Appointment): boolean {
  return starts_at >= since && starts_at < until;
}

export function isOver({ stage }: Appointment): boolean {
  return stage === 'ended';
}

/** The hour to go to now: the one somebody is in or waits for, or else the next that is not over. */
export function nextOf(hours: readonly Appointment[], nowMs: number): Appointment | null {
  const open = hours.filter((hour) => !isOver(hour));
  return (
    open.find(({ stage }) => stage === 'in_session' || stage === 'interrupted') ??
    open.find(({ stage }) => stage === 'waiting' || stage === 'admitted') ??
    open.find(({ ends_at }) => ends_at > nowMs) ??
    null
  );
}

/** Whether the room opens now; before that there is nothing to go into. */
export function mayEnter(hour: Appointment, nowMs: number): boolean {
  return !isOver(hour) && nowMs >= hour.starts_at - EARLY_MS;
}

/** Whether being late still says something to who waits. */
export function mayBeLate({ stage }: Appointment): boolean {
  return stage === 'booked' || stage === 'waiting';
}

export function mayCancel({ stage }: Appointment): boolean {
  return stage === 'booked' || stage === 'waiting';
}

/** How far an hour is, in words. */
export function stageWords(hour: Appointment, nowMs: number): string {
  switch (hour.stage) {
    case 'booked':
      return t('desk.stage.booked');
    case 'waiting':
      return arrivedWords(hour.arrived_at, nowMs);
    case 'admitted':
      return t('desk.stage.admitted');
    case 'in_session':
      return t('desk.stage.in_session');
    case 'interrupted':
      return t('desk.stage.interrupted');
    case 'ended':
      return t(hour.outcome === null ? 'desk.outcome.held' : `desk.outcome.${hour.outcome}`);
  }
}

function arrivedWords(arrivedAt: number | null, nowMs: number): string {
  const count = arrivedAt === null ? 0 : Math.floor((nowMs - arrivedAt) / MINUTE_MS);
  return count < 1 ? t('desk.stage.just_arrived') : t('desk.stage.arrived', { count });
}

/** Whether the client has said where they are today, in words; empty when it no longer matters. */
export function placeWords(hour: Appointment): string {
  if (isOver(hour)) return '';
  return t(hour.confirmed_at === null ? 'desk.place.missing' : 'desk.place.confirmed');
}

/** What a fresh answer makes of the day: the hours, and whose client has come since. */
export interface Day {
  readonly hours: readonly Appointment[];
  readonly arrived: readonly string[];
}

/** `before` is null where nothing was shown yet: then nothing is news. */
export function afterLook(before: readonly Appointment[] | null, now: readonly Appointment[]): Day {
  const hours = [...now].sort((one, other) => one.starts_at - other.starts_at);
  if (before === null) return { hours, arrived: [] };
  const known = new Map(before.map((hour) => [hour.id, hour]));
  const arrived = hours.filter(
    ({ id, stage, arrived_at }) =>
      stage === 'waiting' && arrived_at !== null && (known.get(id)?.arrived_at ?? null) === null,
  );
  return { hours, arrived: arrived.map(({ client }) => client.name) };
}

/** The hours with one of them as it is now. */
export function withHour(
  hours: readonly Appointment[],
  changed: Appointment,
): readonly Appointment[] {
  return hours.map((hour) => (hour.id === changed.id ? changed : hour));
}

/** The next hour with this counsellor that is still to come. */
export function nextBooked(
  hours: readonly Appointment[],
  counsellor: string,
  nowMs: number,
): Appointment | null {
  const coming = hours.filter(
    (hour) =>
      hour.counsellor.id === counsellor && hour.stage === 'booked' && hour.starts_at > nowMs,
  );
  return coming.sort((one, other) => one.starts_at - other.starts_at)[0] ?? null;
}
