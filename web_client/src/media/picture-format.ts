/**
 * How large and how fast a picture of so many bits a second is. Pure.
 *
 * A face reads by its edges: with fewer bits the frames become fewer first, then the picture smaller,
 * so that what is left of it stays sharp. The bounds keep 640 by 480 between 0.05 and 0.1 bits a
 * pixel, which is where VP8 shows a talking head without blocks. A camera that gives more is brought to
 * that size first: a browser that does it by itself finds the size by trying, with a keyframe each time.
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

/** Pixels that the scales below are for. */
const PIXELS = 640 * 480;

/** A scale: the picture as it is, however large. */
const WHOLE = 0;

interface Step extends Pick<Format, 'scale' | 'frames'> {
  readonly leastBps: number;
}

const STEPS: Readonly<Record<Cue, readonly [Step, ...Step[]]>> = {
  balanced: [
    { leastBps: 1_000_000, scale: WHOLE, frames: null },
    { leastBps: 500_000, scale: 1, frames: null },
    { leastBps: 250_000, scale: 1, frames: 15 },
    { leastBps: 150_000, scale: 1.5, frames: 15 },
    { leastBps: 60_000, scale: 2, frames: 12 },
    { leastBps: 0, scale: 3, frames: 8 },
  ],
  detail: [
    { leastBps: 500_000, scale: WHOLE, frames: 12 },
    { leastBps: 150_000, scale: 1, frames: 12 },
    { leastBps: 60_000, scale: 1.5, frames: 8 },
    { leastBps: 0, scale: 2, frames: 6 },
  ],
  motion: [
    { leastBps: 1_000_000, scale: WHOLE, frames: null },
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

/** A new size costs a keyframe: it is worth one only when so much more than it needs has been there for a
 * while. */
const SPARE = 1.2;
const LASTS_MS = 4_000;

/** Keeps to a format while the bits go up and down a little. */
export class FormatChoice {
  private place = 0;
  private cue: Cue = 'balanced';
  private moreSince: number | null = null;

  /** There is more than the format needs: it may be another one when it is asked for again. */
  get waits(): boolean {
    return this.moreSince !== null;
  }

  /** The format for so many bits a second, null being as many as there may be, of so many pixels. */
  take(bps: number | null, cue: Cue, pixels: number | null, now: number): Format {
    const other = cue !== this.cue;
    this.cue = cue;
    const steps = STEPS[cue];
    if (bps === 0) this.place = Math.min(this.place, steps.length - 1);
    else {
      const place = bps === null ? 0 : other ? fitting(steps, bps) : this.next(steps, bps);
      this.place = other ? place : this.later(place, now);
    }
    const { scale, frames } = steps[this.place] ?? steps[0];
    const large = Math.sqrt(Math.max(1, (pixels ?? PIXELS) / PIXELS));
    return { scale: Math.max(1, scale * large), frames, keeps: KEEPS[cue] };
  }

  private next(steps: readonly Step[], bps: number): number {
    const place = fitting(steps, bps);
    return place >= this.place ? place : Math.min(this.place, fitting(steps, bps / SPARE));
  }

  /** A better place only when it has been one for a while; a worse one at once. */
  private later(place: number, now: number): number {
    if (place >= this.place) {
      this.moreSince = null;
      return place;
    }
    this.moreSince ??= now;
    if (now - this.moreSince < LASTS_MS) return this.place;
    this.moreSince = null;
    return place;
  }
}

function fitting(steps: readonly Step[], bps: number): number {
  return steps.findIndex(({ leastBps }) => bps >= leastBps);
}
