/**
 * When a counsellor works, as a week that can be typed: for each day from when until when. Pure.
 *
 * Rule: what a week cannot show (every other Tuesday, until summer) was said by a program: it stays as it is.
 */

import type { WorkingRule, WorkingTimes } from '../protocol/bodies';

/** From and until, such as "19:00" and "21:00"; until midnight is "00:00". */
export interface Stretch {
  readonly from: string;
  readonly until: string;
}

/** Monday first. */
export type Week = readonly (readonly Stretch[])[];

export const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
/** A weekly rule holds from a day that is past for everybody. */
const FIRST = '2026-01-01';
const DAY_MINUTES = 1_440;
const SIMPLE = /^FREQ=WEEKLY;BYDAY=((?:MO|TU|WE|TH|FR|SA|SU)(?:,(?:MO|TU|WE|TH|FR|SA|SU))*)$/;

export function weekOf(times: WorkingTimes | null): Week {
  const week: Stretch[][] = DAYS.map(() => []);
  for (const rule of times?.rules ?? []) {
    for (const day of daysOf(rule)) week[DAYS.indexOf(day)]?.push(stretchOf(rule));
  }
  return week.map((day) => day.sort((one, other) => one.from.localeCompare(other.from)));
}

/** The rules a week cannot show. */
export function othersIn(times: WorkingTimes | null): readonly WorkingRule[] {
  return (times?.rules ?? []).filter((rule) => daysOf(rule).length === 0);
}

export function rulesOf(week: Week): WorkingRule[] {
  return week.flatMap((day, place) =>
    day.map((stretch) => ({
      rule: `FREQ=WEEKLY;BYDAY=${DAYS[place] ?? ''}`,
      first: FIRST,
      begins: stretch.from,
      minutes: minutesIn(stretch),
    })),
  );
}

/** Whether every stretch is one: its end is after its beginning. */
export function isWhole(week: Week): boolean {
  return week.flat().every((stretch) => minutesIn(stretch) >= 5);
}

function daysOf({ rule, first }: WorkingRule): (typeof DAYS)[number][] {
  // One that begins some day in the future is more than a week can say.
  const named = first > FIRST && first > today() ? null : SIMPLE.exec(rule);
  return (named?.[1]?.split(',') ?? []) as (typeof DAYS)[number][];
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function stretchOf({ begins, minutes }: WorkingRule): Stretch {
  return { from: begins, until: timeAt(minutesOf(begins) + minutes) };
}

/** 0 of what is not typed yet, or ends before it begins. */
function minutesIn({ from, until }: Stretch): number {
  if (from === '' || until === '') return 0;
  const end = until === '00:00' ? DAY_MINUTES : minutesOf(until);
  return Math.max(0, end - minutesOf(from));
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function timeAt(minutes: number): string {
  const within = minutes % DAY_MINUTES;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(within / 60))}:${two(within % 60)}`;
}
