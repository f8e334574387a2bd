/** What is true at the door, for who waits there. Pure. */

import { type BookedHour, isHere } from '../protocol/room';
import type { SessionState } from '../protocol/session';
import type { ParticipantView } from '../protocol/wire';

/** After so long one is told that one may come again. */
const LONG_MS = 10 * 60_000;

export interface Doorway {
  /** Nobody is there who could open; somebody is; or the line to the door is lost. */
  readonly state: 'nobody' | 'ready' | 'lost';
  /** Who is there, or was last; may be nobody. */
  readonly name: string;
  readonly long: boolean;
  /** By how many minutes they have said to come later, and that is not over yet; 0 is not at all. */
  readonly lateMinutes: number;
}

/** `others` are those one sees from the door: who can open it. */
export function doorwayOf(
  session: SessionState,
  others: readonly ParticipantView[],
  waitedMs: number,
  hour: BookedHour | null = null,
  now = 0,
): Doorway {
  const there = others.find(isHere);
  const name = (there ?? others[0])?.name ?? '';
  const long = waitedMs >= LONG_MS;
  const lateMinutes = late(hour, now);
  const here = there === undefined ? 'nobody' : 'ready';
  return { state: session === 'open' ? here : 'lost', name, long, lateMinutes };
}

function late(hour: BookedHour | null, now: number): number {
  if (hour === null || now >= hour.startsAt + hour.lateMinutes * 60_000) return 0;
  return hour.lateMinutes;
}
