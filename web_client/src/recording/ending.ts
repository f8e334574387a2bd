/**
 * How a request or a recording ended, as it is told. Pure but for the language.
 *
 * Rule 1: who said no is told that it is all right; the others that it is not recorded, and never who it was.
 * Rule 2: a request that lapsed or was cancelled leaves quietly; only who asked for it is told.
 */

import { dayWords, lengthWords, purposesWords, sentences, spaced } from './words';
import { t } from '../i18n/language';
import type { ConsentTurn, Ended, Recording } from '../protocol/wire';
import { clock } from '../ui/gap-words';

export interface EndNote {
  readonly words: string;
  /** What becomes of the recording is asked: its id; `''` where nothing is. */
  readonly decides: string;
  /** It stays until it is put away; what only says no goes by itself. */
  readonly stays: boolean;
}

type Telling = (ended: Ended, asked: boolean, now: number) => EndNote | null;

const NOTHING: Telling = () => passing(t('rec.end.nothing'));
const TELLING: Readonly<Partial<Record<ConsentTurn, Telling>>> = {
  decline: (ended) => passing(t(ended.by_you ? 'rec.end.declined.you' : 'rec.end.declined')),
  lapse: (_, asked) => (asked ? passing(t('rec.end.declined')) : null),
  cancel: () => null,
  scatter: NOTHING,
  call_off: NOTHING,
  unseen: NOTHING,
  withdraw: withdrawn,
  fail: () => staying(t('rec.end.failed')),
  recover: recovered,
  emergency_stop: (ended, _, now) =>
    staying(sentences([t('rec.end.clinic'), doneWords(ended, now)]).trim()),
};

/** Null where nothing is to be said. `asked`: this person had asked. */
export function endNote(ended: Ended, asked: boolean, now: number): EndNote | null {
  const telling = TELLING[ended.turn];
  if (telling !== undefined) return telling(ended, asked, now);
  return staying(doneWords(ended, now) || t('rec.end.stopped'));
}

function recovered({ recording, captured_ms: captured }: Ended): EndNote {
  if (recording === '') return passing(t('rec.end.nothing'));
  return staying(t('rec.end.recovered', { time: clock(captured) }));
}

function withdrawn({ by_you: byYou, recording, captured_ms: captured }: Ended): EndNote {
  if (!byYou) return staying(t('rec.end.stopped'));
  if (recording === '') return passing(t('rec.end.withdrawn.nothing'));
  const words = spaced(t('rec.end.withdrawn', { length: lengthWords(captured) }));
  return { words, decides: recording, stays: true };
}

function doneWords({ purposes, captured_ms: captured }: Ended, now: number): string {
  if (purposes.length === 0) return '';
  const last = Math.max(...purposes.map(({ until }) => until));
  const blanks = { length: lengthWords(captured), purposes: purposesWords(purposes) };
  return spaced(t('rec.end.done', { ...blanks, day: dayWords(last, now) }));
}

/** What of this session stays although nothing is recorded now, in words; `''` where nothing does. */
export function staysWords({ stage, ended }: Recording, now: number): string {
  if (stage === 'finalising') return t('rec.finishing');
  if (stage !== 'off' || ended === null || ended.recording === '') return '';
  if (ended.turn === 'withdraw') return t('rec.trust.withdrawn');
  return doneWords(ended, now) || t('rec.end.stopped');
}

function passing(words: string): EndNote {
  return { words, decides: '', stays: false };
}

function staying(words: string): EndNote {
  return { words, decides: '', stays: true };
}

/** Two endings are the same one when nothing of them differs that is told. */
export function endKey({ ended }: Recording): string {
  if (ended === null) return '';
  return [ended.turn, ended.recording, ended.captured_ms, ended.by_you].join(' ');
}
