/**
 * How large and how fast a picture of so many bits a second is. Pure.
 *
 * A face reads by its edges: with fewer bits the frames become fewer first, then the picture smaller,
 * so that what is left of it stays sharp. The bounds keep 640 by 480 between 0.05 and 0.1 bits a
 * pixel, which is where VP8 shows a talking head without blocks.
 */

export interface Format {
  /** By this much each side is divided. */
  readonly scale: number;
  /** Frames per second at most; null leaves it to the camera. */
  readonly frames: number | null;
}

interface Step extends Format {
  readonly leastBps: number;
}

const STEPS: readonly [Step, ...Step[]] = [
  { leastBps: 500_000, scale: 1, frames: null },
  { leastBps: 250_000, scale: 1, frames: 15 },
  { leastBps: 150_000, scale: 1.5, frames: 15 },
  { leastBps: 60_000, scale: 2, frames: 12 },
  { leastBps: 0, scale: 3, frames: 8 },
];

/** A new size costs a keyframe: it is worth one only when so much more has come than it needs. */
const SPARE = 1.2;

/** Keeps to a format while the bits go up and down a little. */
export class FormatChoice {
  private place = 0;

  /** The format for so many bits a second; null is as many as there may be. */
  take(bps: number | null): Format {
    if (bps === null) this.place = 0;
    else if (bps > 0) this.place = this.next(bps);
    return STEPS[this.place] ?? STEPS[0];
  }

  private next(bps: number): number {
    const fitting = STEPS.findIndex(({ leastBps }) => bps >= leastBps);
    if (fitting >= this.place) return fitting;
    const spared = STEPS.findIndex(({ leastBps }) => bps >= leastBps * SPARE);
    return Math.min(this.place, spared);
  }
}
