/** Free times by the day they are on, where the reader is. Pure. */

import type { CardTime } from '../protocol/wire';

export interface Day {
  readonly at: number;
  readonly times: readonly CardTime[];
}

export function byDay(times: readonly CardTime[]): readonly Day[] {
  const days = new Map<number, CardTime[]>();
  for (const time of times) {
    const at = new Date(time.starts_at).setHours(0, 0, 0, 0);
    days.set(at, [...(days.get(at) ?? []), time]);
  }
  return [...days].map(([at, some]) => ({ at, times: some }));
}

/** The place of the day that holds a time; the first where none does. */
export function placeOf(days: readonly Day[], first: number | null): number {
  return Math.max(
    0,
    days.findIndex(({ times }) => times.some((each) => each.starts_at === first)),
  );
}
