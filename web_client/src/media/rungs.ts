/** The ladder's rungs, as docs/protocol.md has them: what a line carries, best first. Pure. */

import type { Rung } from '../protocol/wire';

/** Bits per second of a line's estimate from which each begins: those of media/bandwidth. */
export const LADDER = [
  { rung: 'clear', leastBps: 500_000 },
  { rung: 'saving', leastBps: 140_000 },
  { rung: 'slow', leastBps: 70_000 },
  { rung: 'voice', leastBps: 24_000 },
  { rung: 'text', leastBps: 0 },
] as const satisfies readonly { readonly rung: Rung; readonly leastBps: number }[];

/** A rung's place on the ladder: 0 is the best. */
export function placeOf(rung: Rung): number {
  return LADDER.findIndex((step) => step.rung === rung);
}

/** The place of a line with this estimate. */
export function placeFor(bps: number): number {
  return LADDER.findIndex((step) => bps >= step.leastBps);
}

/** The worst of some rungs; `clear` of none. */
export function worst(rungs: readonly Rung[]): Rung {
  const place = Math.max(0, ...rungs.map(placeOf));
  return LADDER[place]?.rung ?? 'text';
}

/** Whether a line on this rung carries moving pictures. */
export function carriesPicture(rung: Rung): boolean {
  return placeOf(rung) < placeOf('slow');
}
