/**
 * How one sound or picture keeps with the clock: a little faster or slower while it is nearly there, a
 * jump when it is not. Pure.
 *
 * Rule: lips and words part company for a viewer from about 45 ms early and 125 ms late on (ITU-R
 * BT.1359). Two follow one clock here, so each keeps within 120 ms of it, and is pulled closer from 30 ms.
 */

/** Beyond this it jumps: to be pulled would take longer than somebody watches without noticing. */
export const JUMP_MS = 120;
/** From this on it is pulled. */
const PULL_MS = 30;
/** Once it is pulled it is pulled until here, so that it does not hunt about the edge. */
const NEAR_MS = 8;
/** A voice played 4 % faster with its pitch kept is not heard to be; 120 ms take three seconds so. */
const PULL = 0.04;

export interface Pace {
  readonly rate: number;
  /** Where to jump to; null is nowhere. */
  readonly jumpTo: number | null;
  readonly pulling: boolean;
}

/** `wantedMs` is where the clock wants it, `actualMs` where it is. */
export function paceOf(
  wantedMs: number,
  actualMs: number,
  speed: number,
  wasPulling: boolean,
): Pace {
  const ahead = actualMs - wantedMs;
  const far = Math.abs(ahead);
  if (far > JUMP_MS) return { rate: speed, jumpTo: wantedMs, pulling: false };
  const pulling = far > (wasPulling ? NEAR_MS : PULL_MS);
  if (!pulling) return { rate: speed, jumpTo: null, pulling };
  return { rate: speed * (ahead > 0 ? 1 - PULL : 1 + PULL), jumpTo: null, pulling };
}
