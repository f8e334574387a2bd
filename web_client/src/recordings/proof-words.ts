/**
 * What a proof says, in words. Its text is JSON that was signed as it stands; this reads what it knows of
 * it and leaves the rest, and the exact text is always there beside it. Pure but for the page's language.
 */

import { mediumWord, purposeWord } from './words';
import { datedDay, momentOf } from '../i18n/dates';
import { all, count, type Key, t } from '../i18n/language';
import type { Medium, Proof, Purpose } from '../protocol/bodies';

export type Line = readonly [Key, string];

const PURPOSES: ReadonlySet<string> = new Set<Purpose>([
  'clinical_review',
  'supervision',
  'research',
  'teaching',
]);
const MEDIA: ReadonlySet<string> = new Set<Medium>(['audio', 'video', 'text']);
/** As a consent's turns are called (docs/consent.md). */
const ACTS: Readonly<Record<string, Key>> = {
  grant: 'recs.proof.agreed',
  granted: 'recs.proof.agreed',
  decline: 'recs.proof.declined',
  declined: 'recs.proof.declined',
  withdraw: 'recs.proof.withdrawn',
  withdraw_purpose: 'recs.proof.withdrawn',
  withdraw_medium: 'recs.proof.withdrawn',
  withdrawn: 'recs.proof.withdrawn',
  narrow: 'recs.proof.withdrawn',
  give_up: 'recs.proof.withdrawn',
};

/** What happened, in a few words. */
export function proofTitle(proof: Proof): Key {
  if (proof.kind === 'erasure') return 'recs.proof.erasure';
  const { turn, act, what } = saidIn(proof.text);
  const found = [turn, act, what].find(
    (each) => typeof each === 'string' && Object.hasOwn(ACTS, each),
  );
  return typeof found === 'string' ? (ACTS[found] ?? 'recs.proof.consent') : 'recs.proof.consent';
}

/** What it says, a line each. */
export function proofLines(proof: Proof, now: number): Line[] {
  const said = saidIn(proof.text);
  return [
    ...purposeLines(said, now),
    ...mediaLine(said.media),
    ...eraseLine(said.erased_at),
    ...countLine('recs.proof.keys', said.keys),
    ...countLine('recs.proof.files', said.files),
  ];
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

/** Purposes stand alone, or each with its own time: as a list, or by name. */
function purposeLines(said: Said, now: number): Line[] {
  const until = isSaid(said.until) ? said.until : {};
  const named = Array.isArray(said.purposes)
    ? said.purposes.map((each): [unknown, unknown] =>
        isSaid(each) ? [each.purpose, each.until] : [each, until[String(each)] ?? said.until],
      )
    : Object.entries(isSaid(said.purposes) ? said.purposes : until);
  const words = named.flatMap(([purpose, at]) =>
    typeof purpose === 'string' && PURPOSES.has(purpose)
      ? [withTime(purposeWord(purpose as Purpose), at, now)]
      : [],
  );
  return words.length === 0 ? [] : [['recs.proof.purposes', all(words)]];
}

function withTime(what: string, at: unknown, now: number): string {
  return typeof at === 'number' ? t('recs.each', { what, day: datedDay(at, now) }) : what;
}

function mediaLine(media: unknown): Line[] {
  if (!Array.isArray(media)) return [];
  const words = media
    .filter((each): each is Medium => typeof each === 'string' && MEDIA.has(each))
    .map(mediumWord);
  return words.length === 0 ? [] : [['recs.proof.media', all(words)]];
}

function eraseLine(at: unknown): Line[] {
  return typeof at === 'number' ? [['recs.proof.erased', momentOf(at)]] : [];
}

function countLine(key: Key, things: unknown): Line[] {
  if (Array.isArray(things)) return [[key, count(things.length)]];
  return typeof things === 'number' ? [[key, count(things)]] : [];
}
