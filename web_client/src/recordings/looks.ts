/** Who looked at what is somebody's, in words. Pure but for the page's language. */

import { lengthWord } from './words';
import { dayOf, sameDay } from '../i18n/dates';
import { type Key, t } from '../i18n/language';
import type { LookShown } from '../protocol/bodies';

/** The same look again on the same day is one line, with all that was watched then. */
export interface Look {
  readonly at: number;
  readonly actor: string | null;
  readonly who: string;
  readonly what: Key;
  readonly watchedMs: number;
}

const ACTIONS: Readonly<Record<string, Key>> = {
  'look.calendar': 'recs.look.calendar',
  'look.today': 'recs.look.today',
  'look.change': 'recs.look.change',
  'look.contact': 'recs.look.contact',
  'look.thread': 'recs.look.thread',
  'look.safety_note': 'recs.look.safety_note',
  'look.recordings': 'recs.look.recordings',
  'look.recording': 'recs.look.recording',
  'look.play': 'recs.look.recording',
  'look.watch': 'recs.look.recording',
};

function whatOf(action: string): Key {
  return Object.hasOwn(ACTIONS, action)
    ? (ACTIONS[action] ?? 'recs.look.other')
    : 'recs.look.other';
}

/** Latest first. */
export function looksOf(rows: readonly LookShown[]): Look[] {
  const looks: Look[] = [];
  for (const { at, actor, who, action, watched_ms } of [...rows].sort((a, b) => b.at - a.at)) {
    const look = { at, actor, who, what: whatOf(action), watchedMs: watched_ms ?? 0 };
    const same = looks.findIndex((each) => isSame(each, look));
    const known = looks[same];
    if (known === undefined) looks.push(look);
    else looks[same] = { ...known, watchedMs: known.watchedMs + look.watchedMs };
  }
  return looks;
}

function isSame(one: Look, other: Look): boolean {
  return one.actor === other.actor && one.what === other.what && sameDay(one.at, other.at);
}

export function lookWords(look: Look, names: ReadonlyMap<string, string>): string {
  const known = look.actor === null ? undefined : names.get(look.actor);
  const name = (known ?? look.who) || t('recs.looks.somebody');
  if (look.watchedMs === 0) return t('recs.looks.line', { name, what: t(look.what) });
  return t('recs.looks.watched', { name, length: lengthWord(look.watchedMs) });
}

export const lookDay = ({ at }: Look): string => dayOf(at);
