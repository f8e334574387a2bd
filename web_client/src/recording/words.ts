/** A recording in words. Pure but for the language. */

import type { RecordingView } from './view';
import { all, count, language, t } from '../i18n/language';
import type {
  HoldView,
  Medium,
  Purpose,
  PurposeTerm,
  Recording,
  RecordingTerms,
} from '../protocol/wire';
import { clock } from '../ui/gap-words';
import { sentenceCase } from '../ui/sentence-case';

const LONG_MS = 300 * 86_400_000;

/** All that the sheet says, and nothing else; its digest stands in the receipt. */
export interface SheetWords {
  readonly title: string;
  readonly body: readonly string[];
  /** What there is to choose, and between what. */
  readonly choices: readonly string[];
  /** The answers, in their order. */
  readonly answers: readonly string[];
}

/**
 * A day as the sheet says it: "20 Feb", "2 月 20 日"; with its year where that is far away. It is the day in UTC,
 * wherever the page is: the same terms are the same words, and their digest can be made again.
 */
export function dayWords(unixMs: number, now: number): string {
  const year = unixMs - now > LONG_MS ? ({ year: 'numeric' } as const) : {};
  const zh = language() === 'zh-CN';
  const style = { month: 'short', day: 'numeric', timeZone: 'UTC', ...year } as const;
  const day = new Intl.DateTimeFormat(zh ? 'zh-CN' : 'en-GB', style).format(unixMs);
  return zh ? day.replace(/(\d+)(\D)/g, ' $1 $2').trim() : day;
}

export function purposeWords(purpose: Purpose): string {
  return t(`rec.purpose.${purpose}`);
}

export function purposesWords(purposes: readonly PurposeTerm[]): string {
  return all(purposes.map(({ purpose }) => purposeWords(purpose)));
}

/** What one choice of media is called. */
export function mediaWords(media: readonly Medium[]): string {
  if (media.includes('video'))
    return t(media.length > 1 ? 'rec.media.audio_video' : 'rec.media.video');
  return t('rec.media.audio');
}

/** `joins`: whoever reads it came in while it was recorded. */
export function sheetWords(
  terms: RecordingTerms,
  choices: readonly (readonly Medium[])[],
  joins: boolean,
  now: number,
): SheetWords {
  const { purposes, media, floor_until: floor } = terms;
  const kept = purposes.map((term) => keptWords(term, media, purposes.length > 1, now));
  const text = media.includes('text') ? [t('rec.what.text')] : [];
  const law = floor === null ? [] : [t('rec.floor', { day: dayWords(floor, now) })];
  const lead = [leadWords(terms), ...text];
  const several = purposes.length > 1;
  const first = several ? [sentences(lead), ...kept] : [sentences([...lead, ...kept])];
  return {
    title: t(joins ? 'rec.title.join' : 'rec.title'),
    body: [...first, ...law, t(joins ? 'rec.calm.join' : 'rec.calm')],
    choices: [
      ...purposes.flatMap(({ purpose }) => [
        sentenceCase(purposeWords(purpose)),
        t('rec.agree'),
        t('rec.disagree'),
      ]),
      ...(choices.length > 1 ? [t('rec.media'), ...choices.map(mediaWords)] : []),
      ...(media.includes('text') ? [t('rec.media.text')] : []),
    ],
    answers: [t('rec.no'), t('rec.yes'), ...(joins ? [t('rec.stay_out')] : [])],
  };
}

/** Exactly what is displayed, as one text. */
export function shownText({ title, body, choices, answers }: SheetWords): string {
  return [title, ...body, ...choices, ...answers].join('\n');
}

/** One after the other, as the language has it. */
export function sentences(list: readonly string[]): string {
  return list.join(language() === 'zh-CN' ? '' : ' ');
}

function leadWords({ asker, asker_role: role, purposes, media }: RecordingTerms): string {
  const seen = media.includes('video');
  const what = t(
    !seen ? 'rec.what.voice' : media.includes('audio') ? 'rec.what.both' : 'rec.what.video',
  );
  const blanks = { asker, what, purposes: purposesWords(purposes) };
  const [only] = purposes;
  if (role !== 'counsellor' || only === undefined) return t('rec.lead.plain', blanks);
  if (purposes.length > 1) return t('rec.lead.several', blanks);
  if (only.purpose === 'supervision') {
    return t(seen ? 'rec.lead.supervision.seen' : 'rec.lead.supervision.heard', blanks);
  }
  return t(
    only.purpose === 'clinical_review' ? 'rec.lead.clinical_review' : 'rec.lead.plain',
    blanks,
  );
}

/** Until when, and who could hear it meanwhile. */
export function keptWords(
  { purpose, until, listeners }: PurposeTerm,
  media: readonly Medium[],
  named: boolean,
  now: number,
): string {
  // Who it would be played to may not be known yet; then nobody is named.
  const who = media.includes('video') ? 'seen' : 'heard';
  const seen = listeners.length === 0 ? 'nobody' : who;
  const day = dayWords(until, now);
  const blanks = { day, who: all(listeners), purpose: purposeWords(purpose) };
  return t(named ? `rec.kept.for.${seen}` : `rec.kept.${seen}`, blanks);
}

/** The line on every screen: "正在录制 · 督导 · 12:03". */
export function badgeWords(
  view: RecordingView,
  { purposes }: Recording,
  nameOf: (participant: string) => string,
  you: string,
): string {
  const { stage, startsIn } = view;
  if (stage === 'arming') {
    return startsIn === null ? t('rec.arming.soon') : t('rec.arming', { count: startsIn });
  }
  if (stage === 'finalising') return t('rec.finishing');
  if (stage === 'hold') {
    const why = view.hold === null ? '' : holdWords(view.hold, nameOf, you);
    return why === '' ? t('rec.held') : `${t('rec.held')} · ${why}`;
  }
  const late = view.late ? [t('rec.late')] : [];
  return [t('rec.on'), ...late, purposesWords(purposes), clock(view.elapsedMs)].join(' · ');
}

/** Why nothing is captured just now; nothing of somebody whose name is not known here. */
export function holdWords(
  { reason, participant }: HoldView,
  nameOf: (participant: string) => string,
  you: string,
): string {
  if (reason === 'declined' || reason === 'safety') return t(`rec.hold.${reason}`);
  if (participant === you) return t(`rec.hold.${reason}.you`);
  const name = nameOf(participant);
  if (name === '' && reason === 'new_party') return t('rec.hold.new_party.somebody');
  return name === '' ? '' : t(`rec.hold.${reason}`, { name });
}

/** How much was captured: "less than a minute", "12 min", "1 h 5 min". */
export function lengthWords(ms: number): string {
  const whole = Math.round(ms / 60_000);
  if (ms < 60_000) return t('rec.minutes.none');
  if (whole < 60) return t('rec.minutes', { count: count(whole) });
  const blanks = { hours: count(Math.floor(whole / 60)), count: count(whole % 60) };
  return t(whole % 60 === 0 ? 'rec.hours.even' : 'rec.hours', blanks);
}

/** With a space between Han and a figure, which one word of an amount needs and another does not. */
export function spaced(words: string): string {
  return words.replace(/(\p{Script=Han})(?=\d)/gu, '$1 ');
}
