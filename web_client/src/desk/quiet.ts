/**
 * When messages are held back from a counsellor: the rules, and nothing of how they are kept. Pure.
 *
 * Rule 1: held is what calls for attention: counts, what is announced, "new" notes; and with it that they
 * are seen in a thread. Whatever is to call besides (a sound, the page's title) asks here first.
 * Rule 2: nothing else changes. Messages come, are stored and told as delivered, and are read when seen.
 * Rule 3: who comes to an appointment is no message. That is never held: somebody waits at a door.
 * Rule 4: it ends by itself. What was forgotten in the evening is over in the morning.
 */

import type { Why } from '../thread/held';

/** A session in some window of this browser. Its window says so again before this is over. */
export interface Sitting {
  /** Whose hour it is; empty before that is known. */
  readonly client: string;
  readonly until: number;
}

export interface Quiet {
  /** When the switch goes off by itself; null while it is off. */
  readonly until: number | null;
  readonly sitting: Sitting | null;
}

export const NOT_QUIET: Quiet = { until: null, sitting: null };

type Switch = 'off' | 'on';
type Session = 'none' | 'theirs' | 'another';

/** Why a client's messages are held: by the switch, and whose session it is. */
export const HOLDS: Readonly<Record<Switch, Readonly<Record<Session, Why | null>>>> = {
  // What is written in the hour itself is seen in its room.
  off: { none: null, theirs: null, another: 'session' },
  on: { none: 'quiet', theirs: 'quiet', another: 'quiet' },
};

/** So long a session counts without another word of it: a window that was killed says nothing. */
export const SITTING_MS = 75_000;
const MORNING_HOUR = 6;
/** Who wants quiet late at night does not want it for a moment. */
const LEAST_MS = 3 * 3_600_000;

/** When quiet that begins now ends: in the morning, the one after the night. */
export function endOf(now: number): number {
  const morning = new Date(now);
  morning.setHours(MORNING_HOUR, 0, 0, 0);
  while (morning.getTime() < now + LEAST_MS) morning.setDate(morning.getDate() + 1);
  return morning.getTime();
}

export function isOn({ until }: Quiet, now: number): boolean {
  return until !== null && now < until;
}

export function isSitting({ sitting }: Quiet, now: number): boolean {
  return sitting !== null && now < sitting.until;
}

/** Why the messages of one client are held now; null where they are not. */
export function whyHeld(quiet: Quiet, client: string, now: number): Why | null {
  return HOLDS[isOn(quiet, now) ? 'on' : 'off'][sessionOf(quiet, client, now)];
}

/** Why messages are held now, of whomever. */
export function why(quiet: Quiet, now: number): Why | null {
  return HOLDS[isOn(quiet, now) ? 'on' : 'off'][isSitting(quiet, now) ? 'another' : 'none'];
}

/** When it changes by itself next; null for never. */
export function nextDeadline({ until, sitting }: Quiet, now: number): number | null {
  const first = Math.min(
    ...[until, sitting?.until].map((at) => (at != null && at > now ? at : Infinity)),
  );
  return first === Infinity ? null : first;
}

function sessionOf(quiet: Quiet, client: string, now: number): Session {
  if (!isSitting(quiet, now)) return 'none';
  return quiet.sitting?.client === client ? 'theirs' : 'another';
}
