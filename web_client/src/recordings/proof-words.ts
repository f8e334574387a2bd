/**
 * What a proof says, in words. Its text is JSON that was signed as it stands; this reads what it knows of
 * it and leaves the rest, and the exact text is always there beside it. Pure but for the page's language.
 */

import { mediumWord, purposeWord } from './words';
import { datedDay, dayOf, momentOf } from '../i18n/dates';
import { all, count, type Key, t } from '../i18n/language';
import type { Medium, Proof, Purpose, RecordingSeen } from '../protocol/bodies';

export type Line = readonly [Key, string];

const PURPOSES: ReadonlySet<string> = new Set<Purpose>([
  'clinical_review',
  'supervision',
  'research',
  'teaching',
]);
const MEDIA: ReadonlySet<string> = new Set<Medium>(['audio', 'video', 'text']);
const ACTS: Readonly<Record<string, Key>> = {
  agreed: 'recs.proof.agreed',
  asked: 'recs.proof.asked',
  declined: 'recs.proof.declined',
  not_made: 'recs.proof.not_made',
  kept: 'recs.proof.kept',
};

const isNo = (what: unknown): boolean => what === 'declined' || what === 'not_made';

/** Without a purpose or a medium it was all of it. */
function withdrewTitle(purposes: boolean, media: boolean): Key {
  if (purposes) return 'recs.proof.withdrew.purposes';
  return media ? 'recs.proof.withdrew.media' : 'recs.proof.withdrew';
}

const isSome = (list: unknown): boolean => Array.isArray(list) && list.length > 0;

/** What happened, in a few words. */
export function proofTitle(proof: Proof): Key {
  if (proof.kind === 'erasure') return 'recs.proof.erasure';
  const { what, purposes, media } = saidIn(proof.text);
  if (what === 'withdrew') return withdrewTitle(isSome(purposes), isSome(media));
  if (typeof what !== 'string' || !Object.hasOwn(ACTS, what)) return 'recs.proof.consent';
  return ACTS[what] ?? 'recs.proof.consent';
}

/** Certificates before all else, then what is latest. */
export function proofsInOrder(proofs: readonly Proof[]): Proof[] {
  const rank = ({ kind }: Proof): number => (kind === 'erasure' ? 0 : 1);
  return [...proofs].sort((one, other) => rank(one) - rank(other) || other.at - one.at);
}

/** What is known of the recordings that proofs are of. */
export interface Known {
  readonly recordings: readonly RecordingSeen[];
  readonly proofs: readonly Proof[];
}

/**
 * Of which recording a proof is: when it was, and with whom. Of one that is gone nothing is known but what other
 * proofs of the same hour say: the day on which it was agreed to.
 */
export function whichLine(proof: Proof, { recordings, proofs }: Known): Line[] {
  const said = saidIn(proof.text);
  const seen = recordings.find(({ id }) => id === said.recording);
  if (seen !== undefined) {
    const blanks = { when: momentOf(seen.started_at), name: seen.counsellor.name };
    return [['recs.proof.which', t('recs.proof.which.with', blanks)]];
  }
  const agreed = proofs
    .filter(({ text }) => isAgreed(saidIn(text), said.session))
    .map(({ at }) => at);
  return agreed.length === 0 ? [] : [['recs.proof.which', dayOf(Math.min(...agreed))]];
}

function isAgreed({ what, session }: Said, hour: unknown): boolean {
  return typeof hour === 'string' && session === hour && (what === 'agreed' || what === 'asked');
}

/** Agreements may be undone, as long as what came of them is not gone already. */
export function mayUndo(proof: Proof, { recordings, proofs }: Known): boolean {
  const { what, recording } = saidIn(proof.text);
  if (what !== 'agreed' && what !== 'asked' && what !== 'kept') return false;
  const seen = recordings.find(({ id }) => id === recording);
  if (seen !== undefined) return seen.may_take_back;
  return !proofs.some(({ kind, text }) => {
    const said = saidIn(text);
    const isOver = isNo(said.what) || (kind === 'erasure' && said.whole === true);
    return isOver && said.recording === recording;
  });
}

/** What it says, a line each. */
export function proofLines(proof: Proof, now: number): Line[] {
  const said = saidIn(proof.text);
  if (proof.kind === 'erasure') return erasureLines(said);
  return [
    ...purposeLine(said, now),
    ...mediaLine(said),
    ...listenersLine(said),
    ...dayLine('recs.proof.floor', said.floor_until, now),
  ];
}

function erasureLines({ whole, keys, files }: Said): Line[] {
  const what: Line[] =
    typeof whole === 'boolean'
      ? [['recs.proof.erased', t(whole ? 'recs.proof.whole' : 'recs.proof.part')]]
      : [];
  return [...what, ...countLine('recs.proof.keys', keys), ...countLine('recs.proof.files', files)];
}

type Said = Readonly<Partial<Record<string, unknown>>>;

export function saidIn(text: string): Said {
  try {
    const said: unknown = JSON.parse(text);
    return isSaid(said) ? said : {};
  } catch {
    return {};
  }
}

function isSaid(value: unknown): value is Said {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function purposeLine({ purposes, until }: Said, now: number): Line[] {
  if (!Array.isArray(purposes)) return [];
  const times = isSaid(until) ? until : {};
  const words = purposes
    .filter((each): each is Purpose => typeof each === 'string' && PURPOSES.has(each))
    .map((purpose) => withTime(purposeWord(purpose), times[purpose], now));
  return words.length === 0 ? [] : [['recs.proof.purposes', all(words)]];
}

function withTime(what: string, at: unknown, now: number): string {
  return typeof at === 'number' ? t('recs.each', { what, day: datedDay(at, now) }) : what;
}

/** Who could see and hear it, as they were named in the question: each once, in their order. */
function listenersLine({ listeners }: Said): Line[] {
  if (!isSaid(listeners)) return [];
  const names = Object.values(listeners)
    .flatMap((each): unknown[] => (Array.isArray(each) ? each : []))
    .filter((each) => typeof each === 'string');
  return names.length === 0 ? [] : [['recs.proof.listeners', all([...new Set(names)])]];
}

/** Of what was not made nothing was captured. */
function mediaLine({ media, what }: Said): Line[] {
  if (!Array.isArray(media)) return [];
  const words = media
    .filter((each): each is Medium => typeof each === 'string' && MEDIA.has(each))
    .map(mediumWord);
  return words.length === 0
    ? []
    : [[isNo(what) ? 'recs.proof.media.asked' : 'recs.proof.media', all(words)]];
}

function dayLine(key: Key, at: unknown, now: number): Line[] {
  return typeof at === 'number' ? [[key, datedDay(at, now)]] : [];
}

function countLine(key: Key, things: unknown): Line[] {
  if (Array.isArray(things)) return [[key, count(things.length)]];
  return typeof things === 'number' ? [[key, count(things)]] : [];
}
