/** Who looked at what is somebody's, in words. Pure but for the page's language. */

import { dayOf, sameDay } from '../i18n/dates';
import { type Key, t } from '../i18n/language';
import type { AuditShown } from '../protocol/bodies';

/** The same look again on the same day is one line. */
export interface Look {
  readonly at: number;
  readonly actor: string | null;
  readonly what: Key;
}

const WHATS: Readonly<Record<string, Key>> = {
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
  return Object.hasOwn(WHATS, action) ? (WHATS[action] ?? 'recs.look.other') : 'recs.look.other';
}

/** Latest first. */
export function looksOf(rows: readonly AuditShown[]): Look[] {
  const looks: Look[] = [];
  for (const { at, actor, action } of [...rows].sort((a, b) => b.at - a.at)) {
    const look = { at, actor, what: whatOf(action) };
    if (!looks.some((each) => isSame(each, look))) looks.push(look);
  }
  return looks;
}

function isSame(one: Look, other: Look): boolean {
  return one.actor === other.actor && one.what === other.what && sameDay(one.at, other.at);
}

export function lookWords(look: Look, names: ReadonlyMap<string, string>): string {
  const known = look.actor === null ? undefined : names.get(look.actor);
  return t('recs.looks.line', { name: known ?? t('recs.looks.somebody'), what: t(look.what) });
}

export const lookDay = ({ at }: Look): string => dayOf(at);
