/** The soft clock of an hour, in words, and its three private nudges. It never ends anything. Pure but for the language. */

import { t } from '../i18n/language';
import type { Appointment, Stage } from '../protocol/bodies';

const MINUTE_MS = 60_000;
/** The most an hour can be made longer, in all, and by how much at a time. */
export const MOST_MORE = 60;
export const MORE = 5;

export type Nudge = 'none' | 'ten' | 'five' | 'over';
type Times = Pick<Appointment, 'starts_at' | 'ends_at'>;

/** "还有 12 分钟". */
export function clockWords({ starts_at, ends_at }: Times, nowMs: number): string {
  if (nowMs < starts_at) return t('desk.clock.before', { count: minutes(starts_at - nowMs) });
  if (nowMs < ends_at) return t('desk.clock.left', { count: minutes(ends_at - nowMs) });
  const over = Math.floor((nowMs - ends_at) / MINUTE_MS);
  return over < 1 ? t('desk.clock.time') : t('desk.clock.over', { count: over });
}

/** Which nudge is due: ten minutes before the end, five, and at it. */
export function nudgeOf({ starts_at, ends_at }: Times, nowMs: number): Nudge {
  const left = ends_at - nowMs;
  if (nowMs < starts_at || left > 10 * MINUTE_MS) return 'none';
  if (left <= 0) return 'over';
  return left > 5 * MINUTE_MS ? 'ten' : 'five';
}

/** What a nudge says to who hears the page; silence where there is none. */
export function nudgeWords(nudge: Nudge): string {
  return nudge === 'none' ? '' : t(`desk.nudge.${nudge}`);
}

/** How many minutes more there would be in all; null when there are no more to give. */
export function oneMore(hour: Pick<Appointment, 'more_minutes' | 'stage'>): number | null {
  const open: readonly Stage[] = ['admitted', 'in_session', 'interrupted'];
  const more = hour.more_minutes + MORE;
  return open.includes(hour.stage) && more <= MOST_MORE ? more : null;
}

/** Whether the panel for a danger is to be put away: an hour after the end. */
export function isPast(endedAt: number | null, nowMs: number): boolean {
  return endedAt !== null && nowMs > endedAt + 60 * MINUTE_MS;
}

function minutes(ms: number): number {
  return Math.ceil(ms / MINUTE_MS);
}
