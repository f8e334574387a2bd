/**
 * How large and how fast a picture of so many bits a second is. Pure.
 *
 * A face reads by its edges: with fewer bits the frames become fewer first, then the picture smaller,
 * so that what is left of it stays sharp. The bounds keep 640 by 480 between 0.05 and 0.1 bits a
 * pixel, which is where VP8 shows a talking head without blocks.
 *
 * The counsellor may wish for one side of that (`Cue`). For the face frames are given up first, down to 0.04
 * bits a pixel, for what hardly moves needs fewer. For movement the size is, and a line that carries
 * both keeps both. A track's `contentHint` says the same, but makes a screen of a camera in Chromium.
 */

import type { Cue } from '../protocol/wire';

export interface Format {
  /** By this much each side is divided. */
  readonly scale: number;
  /** Frames per second at most; null leaves it to the camera. */
  readonly frames: number | null;
  /** What a browser that cannot do both gives up last; null is as it thinks best. */
  readonly keeps: 'maintain-resolution' | 'maintain-framerate' | null;
}

interface Step extends Pick<Format, 'scale' | 'frames'> {
  readonly leastBps: number;
}

const STEPS: Readonly<Record<Cue, readonly [Step, ...Step[]]>> = {
  balanced: [
    { leastBps: 500_000, scale: 1, frames: null },
    { leastBps: 250_000, scale: 1, frames: 15 },
    { leastBps: 150_000, scale: 1.5, frames: 15 },
    { leastBps: 60_000, scale: 2, frames: 12 },
    { leastBps: 0, scale: 3, frames: 8 },
  ],
  detail: [
    { leastBps: 150_000, scale: 1, frames: 12 },
    { leastBps: 60_000, scale: 1.5, frames: 8 },
    { leastBps: 0, scale: 2, frames: 6 },
  ],
  motion: [
    { leastBps: 500_000, scale: 1, frames: null },
    { leastBps: 150_000, scale: 2, frames: 30 },
    { leastBps: 60_000, scale: 3, frames: 24 },
    { leastBps: 0, scale: 4, frames: 24 },
  ],
};

const KEEPS: Readonly<Record<Cue, Format['keeps']>> = {
  balanced: null,
  detail: 'maintain-resolution',
  motion: 'maintain-framerate',
};

/** A new size costs a keyframe: it is worth one only when so much more has come than it needs. */
const SPARE = 1.2;

/** Keeps to a format while the bits go up and down a little. */
export class FormatChoice {
  private place = 0;
  private cue: Cue = 'balanced';

  /** The format for so many bits a second; null is as many as there may be. */
  take(bps: number | null, cue: Cue = 'balanced'): Format {
    const other = cue !== this.cue;
    this.cue = cue;
    const steps = STEPS[cue];
    if (bps === null) this.place = 0;
    else if (bps > 0) this.place = other ? fitting(steps, bps) : this.next(steps, bps);
    else this.place = Math.min(this.place, steps.length - 1);
    const { scale, frames } = steps[this.place] ?? steps[0];
    return { scale, frames, keeps: KEEPS[cue] };
  }

  private next(steps: readonly Step[], bps: number): number {
    const place = fitting(steps, bps);
    return place >= this.place ? place : Math.min(this.place, fitting(steps, bps / SPARE));
  }
}

function fitting(steps: readonly Step[], bps: number): number {
  return steps.findIndex(({ leastBps }) => bps >= leastBps);
}
