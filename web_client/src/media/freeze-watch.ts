/**
 * Is the other's picture stuck? Pure: `now` is in ms.
 *
 * A picture is stuck when no frame came for as long as the W3C's statistics call a freeze, which is
 * max(3 x average, average + 150 ms) between frames (webrtc-stats, freezeCount), and for at least two
 * seconds: shorter ones heal before anyone could read about them.
 */

const LEAST_MS = 2_000;
const FRAMES = 30;
const KEEP_MS = 3_000;

export type Picture = 'moving' | 'stuck' | 'gone';

export class FreezeWatch {
  private last: number | null = null;
  private gaps: number[] = [];

  /** A frame was shown. */
  handleFrame(now: number): void {
    if (this.last !== null) this.gaps = [...this.gaps, now - this.last].slice(-FRAMES);
    this.last = now;
  }

  /** Another track, or a page nobody looks at: nothing is known. */
  reset(): void {
    this.last = null;
    this.gaps = [];
  }

  /** `stuck`: the last frame still stands; `gone`: it has stood for three seconds, long enough. */
  at(now: number): Picture {
    if (this.last === null || this.gaps.length === 0) return 'moving';
    const average = this.gaps.reduce((sum, gap) => sum + gap, 0) / this.gaps.length;
    const limit = Math.max(LEAST_MS, 3 * average, average + 150);
    const stuckFor = now - this.last - limit;
    if (stuckFor < 0) return 'moving';
    return stuckFor < KEEP_MS ? 'stuck' : 'gone';
  }
}
