/**
 * Which day and part of it a few words mean, in either language. Pure.
 *
 * Only to show the times near it first: somebody always taps a time themself.
 */

const DAY_MS = 86_400_000;

export interface Meant {
  /** The first moment that is meant, in local time. */
  readonly from: number;
  readonly until: number;
}

const WEEKDAYS = ['日天7', '一1', '二2', '三3', '四4', '五5', '六6'];
const ENGLISH = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** In days from today; longer words first, for they hold shorter ones. */
const FROM_TODAY: readonly (readonly [RegExp, number])[] = [
  [/大后天/, 3],
  [/后天|day after tomorrow/i, 2],
  [/明(天|早|晚)|\btomorrow\b/i, 1],
  [/今(天|早|晚)|\b(today|tonight)\b/i, 0],
];
/** From and until which hour; the first that is found. */
const PARTS: readonly (readonly [RegExp, number, number])[] = [
  [/中午|\bnoon\b/i, 11, 14],
  [/早|上午|\bmorning\b/i, 5, 12],
  [/下午|\bafternoon\b/i, 12, 18],
  [/晚|夜|\b(evening|night|tonight)\b/i, 17, 24],
];

/** Null where no day and no part of one is named. */
export function meant(words: string, now: number): Meant | null {
  const day = dayIn(words, now);
  const part = PARTS.find(([pattern]) => pattern.test(words));
  if (day === null && part === undefined) return null;
  const [, from, until] = part ?? [null, 0, 24];
  const begins = at(day ?? startOfDay(now), from);
  // "In the evening", said at night, is tomorrow's.
  const late = day === null && at(startOfDay(now), until) <= now;
  const shift = late ? DAY_MS : 0;
  return { from: begins + shift, until: at(day ?? startOfDay(now), until) + shift };
}

function dayIn(words: string, now: number): number | null {
  const today = startOfDay(now);
  const near = FROM_TODAY.find(([pattern]) => pattern.test(words));
  if (near !== undefined) return addDays(today, near[1]);
  const weekday = weekdayIn(words);
  if (weekday === null) return null;
  const ahead = (weekday - new Date(today).getDay() + 7) % 7;
  if (!/下(个)?(周|星期|礼拜)|\bnext\b/i.test(words)) return addDays(today, ahead);
  // The week after this one begins on its Monday.
  const toMonday = (8 - new Date(today).getDay()) % 7 || 7;
  return addDays(today, toMonday + ((weekday + 6) % 7));
}

function weekdayIn(words: string): number | null {
  const chinese = /(?:周|星期|礼拜)([一二三四五六日天1-7])/.exec(words)?.[1];
  if (chinese !== undefined) return WEEKDAYS.findIndex((signs) => signs.includes(chinese));
  // Not "sun" and "sat", which are words of their own.
  const names =
    /\b(sunday|mon(day)?|tue(s(day)?)?|wed(nesday)?|thu(rs(day)?)?|fri(day)?|saturday)\b/i;
  const english = names.exec(words)?.[1];
  return english === undefined ? null : ENGLISH.indexOf(english.slice(0, 3).toLowerCase());
}

function startOfDay(moment: number): number {
  return new Date(moment).setHours(0, 0, 0, 0);
}

/** Days have 23 or 25 hours where clocks change. */
function addDays(day: number, days: number): number {
  const date = new Date(day);
  return date.setDate(date.getDate() + days);
}

function at(day: number, hour: number): number {
  return new Date(day).setHours(hour, 0, 0, 0);
}
