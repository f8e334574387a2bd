/** How large and how fine a still may be, so that it fits into so many bytes. Pure. */

export interface Step {
  /** Of the longer side, in pixels. */
  readonly side: number;
  /** As canvases take it, 0 to 1. */
  readonly quality: number;
}

/** Best first. A face is told from a face at 96 pixels, and moods are read from some 200 on. */
export const STEPS: readonly Step[] = [
  { side: 320, quality: 0.6 },
  { side: 320, quality: 0.45 },
  { side: 280, quality: 0.45 },
  { side: 240, quality: 0.5 },
  { side: 240, quality: 0.4 },
  { side: 240, quality: 0.28 },
  { side: 200, quality: 0.28 },
  { side: 160, quality: 0.3 },
  { side: 160, quality: 0.18 },
  { side: 128, quality: 0.18 },
  { side: 96, quality: 0.18 },
  { side: 96, quality: 0.05 },
];
const FIRST = 3;
/** Of one still: each costs a phone some milliseconds. */
const TRIES = 5;
/** Below this share of what is allowed the next still tries a better step. */
const ROOMY = 0.6;

export class StillSize {
  private place = FIRST;
  private tries = 0;

  get step(): Step {
    return STEPS[this.place] ?? { side: 96, quality: 0.05 };
  }

  /** A still of so many bytes came of this step: take it, try the next step, or let this one go. */
  handleSize(bytes: number, budget: number): 'take' | 'again' | 'none' {
    this.tries++;
    if (bytes <= budget) {
      if (bytes < ROOMY * budget && this.tries === 1) this.place = Math.max(0, this.place - 1);
      this.tries = 0;
      return 'take';
    }
    const last = this.place >= STEPS.length - 1;
    this.place = Math.min(STEPS.length - 1, this.place + (bytes > 2 * budget ? 2 : 1));
    if (!last && this.tries < TRIES) return 'again';
    this.tries = 0;
    return 'none';
  }
}

/** Width and height of a still of a picture, its longer side so long; never larger than the picture. */
export function fit(
  width: number,
  height: number,
  side: number,
): { width: number; height: number } {
  const scale = Math.min(1, side / Math.max(width, height, 1));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}
