/** Recordings in words. Pure but for the page's language. */

import { datedDay, momentOf } from '../i18n/dates';
import { all, fill, type Key, language, t } from '../i18n/language';
import type { Medium, Purpose, PurposeUntil, RecordingSeen } from '../protocol/bodies';
import { lengthWords, sentences, spaced } from '../recording/words';
import { sentenceCase } from '../ui/sentence-case';

const PURPOSES: readonly Purpose[] = ['clinical_review', 'supervision', 'research', 'teaching'];

export const purposeWord = (purpose: Purpose): string => t(`recs.purpose.${purpose}`);
export const mediumWord = (medium: Medium): string => t(`recs.media.${medium}`);

/** In the order in which they are always told. */
export function inOrder(purposes: readonly PurposeUntil[]): PurposeUntil[] {
  const rank = ({ purpose }: PurposeUntil): number => PURPOSES.indexOf(purpose);
  return [...purposes].sort((one, other) => rank(one) - rank(other));
}

/** Whose it is, such as "Rain with Li". */
export function titleOf({ client, counsellor }: RecordingSeen): string {
  return t('recs.player.of', { client: client.name, counsellor: counsellor.name });
}

/** When it was, such as "Thursday, 12 February at 7:00 pm". */
export function whenIt(seen: RecordingSeen): string {
  return momentOf(seen.started_at);
}

/** Hours and minutes; of less than one minute, seconds. */
export function lengthWord(ms: number): string {
  if (ms < 60_000) return t('recs.length.seconds', { count: Math.max(1, Math.round(ms / 1_000)) });
  return lengthWords(ms);
}

/** How long and what, such as "41 min · Sound and Picture". */
export function factsLine(seen: RecordingSeen): string {
  return [lengthWord(seen.duration_ms), factsMedia(seen)].join(' · ');
}

/** What is in it, such as "Sound and picture". */
export function factsMedia({ media }: RecordingSeen): string {
  return all(media.map(mediumWord).map((word, place) => (place === 0 ? word : inside(word))));
}

/** With whom; and how long and what, of what is still there. Nothing is told of what is gone. */
export function cardLine(seen: RecordingSeen): string {
  const who = t('recs.with', { name: seen.counsellor.name });
  return seen.stage === 'erased' ? who : `${who} · ${factsLine(seen)}`;
}

/** After the hour, in one sentence: how long, what, for what and until when. */
function recordedWords(seen: RecordingSeen, now: number): string {
  const each = inOrder(seen.purposes).map(({ purpose, until }) =>
    t('recs.each', { what: inside(purposeWord(purpose)), day: datedDay(until, now) }),
  );
  const what = all(seen.media.map(mediumWord).map(inside));
  const length = lengthWord(seen.duration_ms);
  const blanks = { what, purposes: all(each) };
  return sentenceCase(fill(spaced(t('visit.after.recorded.is', { length })), blanks));
}

/** What may be done with it, such as "Only for supervision, until 20 Feb". */
export function purposeBanner(purposes: readonly PurposeUntil[], now: number): string {
  const [first, ...others] = inOrder(purposes);
  if (first === undefined) return '';
  const dayWord = ({ until }: PurposeUntil): string => datedDay(until, now);
  const what = (each: PurposeUntil): string => inside(purposeWord(each.purpose));
  if (others.length === 0) return t('recs.only', { what: what(first), day: dayWord(first) });
  const each = [first, ...others].map((one) =>
    t('recs.each', { what: what(one), day: dayWord(one) }),
  );
  return t('recs.may', { what: all(each) });
}

/** What is true of it when the hour is over: it may have been taken back within the hour. */
export function afterwards(seen: RecordingSeen, now: number): string {
  if (!isGone(seen)) return recordedWords(seen, now);
  if (seen.stage === 'erased') return t('recs.stage.erased');
  return seen.stage === 'locked' ? lockedWords(seen, now) : takenBackWords(seen, now);
}

/** That it will be deleted, and when; and what of that is still the client's to decide. */
function takenBackWords(seen: RecordingSeen, now: number): string {
  const { erase_at: eraseAt, asks_to_keep: asks, may_keep: mayKeep } = seen;
  const when = eraseAt === null || eraseAt <= now ? '' : momentOf(eraseAt);
  if (when === '') return sentences([t('visit.after.recorded.back'), t('recs.pending.soon')]);
  if (asks) return sentences([t('recs.asks'), t('recs.asks.until', { when })]);
  const then = mayKeep ? 'visit.after.recorded.until' : 'recs.pending.after';
  return sentences([t('visit.after.recorded.back'), t(then, { when })]);
}

/** A word that stands at the beginning of a line, within a sentence. */
export function inside(word: string): string {
  return word.charAt(0).toLocaleLowerCase() + word.slice(1);
}

/** Once it is taken back: how long one may still think, and when it is gone. */
export function pendingWords(seen: RecordingSeen, now: number): string {
  const { erase_at: eraseAt } = seen;
  if (eraseAt === null || eraseAt <= now) return t('recs.pending.soon');
  const when = momentOf(eraseAt);
  return t(seen.may_keep ? 'recs.pending.until' : 'recs.pending.after', { when });
}

export function lockedWords(seen: RecordingSeen, now: number): string {
  const until = seen.erase_at ?? seen.floor_until;
  if (until === null) return t('recs.stage.locked.some');
  return t('recs.stage.locked', { day: datedDay(until, now) });
}

/** Who could play it for one of its uses. */
export function whoPlays({ client_plays }: RecordingSeen, purpose: Purpose): Key {
  if (purpose === 'clinical_review' && client_plays) return 'recs.who.clinical_review.both';
  return `recs.who.${purpose}`;
}

/** Nobody is given it any more. */
export function isGone({ stage }: RecordingSeen): boolean {
  return stage === 'erasure_pending' || stage === 'locked' || stage === 'erased';
}

/** Why a counsellor or a supervisor cannot play it just now. */
export function notNow(seen: RecordingSeen): Key {
  switch (seen.stage) {
    case 'sealed':
      return 'recs.desk.sealed';
    case 'erasure_pending':
      return 'recs.desk.pending';
    case 'locked':
      return 'recs.desk.locked';
    case 'erased':
      return 'recs.desk.erased';
    case 'active':
    case 'narrowed':
      return 'recs.desk.not';
  }
}

/** The mark on the picture: who watches, and since when. */
export function watchMark(watcher: string, since: number): string {
  const style = { dateStyle: 'short', timeStyle: 'short' } as const;
  return `${watcher} · ${new Intl.DateTimeFormat(language(), style).format(since)}`;
}

/** A speed, such as "1.25×". */
export function decimalSpeed(speed: number): string {
  return t('recs.player.speed.of', { speed: new Intl.NumberFormat(language()).format(speed) });
}
