/** What a recording is asked for afterwards, in words. Pure but for the page's language. */

import { factsMedia, inside, purposeWord } from './words';
import { datedDay, dayOf } from '../i18n/dates';
import { t } from '../i18n/language';
import type { LaterAsked, Purpose, RecordingSeen } from '../protocol/bodies';

const DAY_MS = 86_400_000;

/** All that the card says, and nothing else; its digest stands in the receipt. */
export interface LaterWords {
  readonly title: string;
  readonly body: readonly string[];
  /** In their order. */
  readonly answers: readonly [string, string];
}

export const purposeInside = (purpose: Purpose): string => inside(purposeWord(purpose));

export function laterWords(seen: RecordingSeen, asked: LaterAsked, now: number): LaterWords {
  const what = purposeInside(asked.purpose);
  const about = { what, name: seen.counsellor.name, media: factsMedia(seen) };
  const law =
    seen.floor_until === null ? [] : [t('recs.floor', { day: datedDay(seen.floor_until, now) })];
  return {
    title: titleWords(seen.started_at, what, now),
    body: [
      `${t('recs.later.lead', about)}${t(whom(asked.purpose))}`,
      t('recs.later.nobody', { what }),
      t('recs.later.until', { day: datedDay(asked.until, now) }),
      ...law,
      t('recs.later.calm'),
    ],
    answers: [t('recs.later.no'), t('recs.later.yes')],
  };
}

/** Exactly what is displayed, as one text. */
export function laterText({ title, body, answers }: LaterWords): string {
  return [title, ...body, ...answers].join('\n');
}

function titleWords(startedAt: number, what: string, now: number): string {
  const yesterday = new Date(now - DAY_MS).toDateString();
  if (new Date(startedAt).toDateString() === yesterday) return t('recs.later.yesterday', { what });
  return t('recs.later.day', { what, day: dayOf(startedAt) });
}

function whom(purpose: Purpose) {
  return purpose === 'research' ? 'recs.later.for.research' : 'recs.later.for.teaching';
}
