/** What is true at the door, for who waits there. Pure. */

import { isHere } from '../protocol/room';
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
}

/** `others` are those one sees from the door: who can open it. */
export function doorwayOf(
  session: SessionState,
  others: readonly ParticipantView[],
  waitedMs: number,
): Doorway {
  const there = others.find(isHere);
  const name = (there ?? others[0])?.name ?? '';
  const long = waitedMs >= LONG_MS;
  if (session !== 'open') return { state: 'lost', name, long };
  return { state: there === undefined ? 'nobody' : 'ready', name, long };
}
