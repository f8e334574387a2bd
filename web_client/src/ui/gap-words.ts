/** Gaps in words. Pure but for the language. */

import { all, t } from '../i18n/language';
import type { Gap } from '../media/timeline-parts';

/** Minutes and seconds into the session, such as "3:07" or "72:40". */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  return `${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, '0')}`;
}

/** A length of time in whole seconds, a second at least. */
export function lasted(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  const [min, s] = [Math.floor(seconds / 60), seconds % 60];
  return min === 0 ? t('timeline.seconds', { s }) : t('timeline.minutes', { min, s });
}

/** How long, whose side, and why; `over`: the session is, so that what lasts had no end in it. */
export function gapWords({ from, to, lasts, side, causes }: Gap, over: boolean): string {
  const why = all(causes.map((cause) => t(`timeline.cause.${cause}`)));
  const blanks = { length: lasted(to - from), side: t(`timeline.side.${side}`), why };
  if (!lasts) return t('timeline.gap', blanks);
  return t(over ? 'timeline.gap.unended' : 'timeline.gap.lasts', blanks);
}
