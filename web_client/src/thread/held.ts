/**
 * What is held back from somebody of their messages, and how that is said. Pure.
 *
 * A message that is held has come, is stored and counted as ever; only nobody is told of it. It can be
 * looked for: then it is said once, and does not move while somebody looks.
 */

import { type Key, t } from '../i18n/language';

/** Why nobody is told: they want no disturbance, or are in a session. */
export type Why = 'quiet' | 'session';

/** Why the messages of this client are held; null where they are not. */
export type Holds = (client: string) => Why | null;

export const NOTHING_HELD: Holds = () => null;

/** For who looks for it themselves: how many messages wait, and for what. */
export function heldWords(why: Why, count: number): string {
  return `${t(`held.${why}`)} · ${t(keyOf(count), { count })}`;
}

function keyOf(count: number): Key {
  if (count === 0) return 'held.none';
  return count === 1 ? 'held.one' : 'held.some';
}
