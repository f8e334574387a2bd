/**
 * Is the other's picture stuck, and how often did it freeze? Pure: `now` is in ms.
 *
 * One rule for both, the W3C's (webrtc-stats, freezeCount; product.md F3): no frame for
 * max(3 x average, average + 150 ms) between frames. A person is told of it only after two seconds:
 * shorter ones heal before anyone could read about them, but are counted.
 */

const LEAST_MS = 2_000;
const FRAMES = 30;
const KEEP_MS = 3_000;

export type Picture = 'moving' | 'stuck' | 'gone';

/** How a picture went since it was last asked about. */
export interface Freezes {
  readonly freezes: number;
  readonly frozenMs: number;
  readonly watchedMs: number;
}

const NONE: Freezes = { freezes: 0, frozenMs: 0, watchedMs: 0 };

export class FreezeWatch {
  private last: number | null = null;
  /** Since when a first frame has been waited for. */
  private waiting: number | null = null;
  private gaps: number[] = [];
  private total = NONE;
  /** When it was last asked about: what was before is told. */
  private from = -Infinity;
  /** The freeze that goes on is counted already. */
  private counted = false;

  /**
   * The page learns that frames were shown: `count` since it last did, one when not said.
   *
   * The browser shows them while the page's own thread is busy, and tells of them afterwards. When each of
   * them was shown is not said, so they count as evenly spread: the person saw no picture that stands.
   */
  handleFrames(now: number, count = 1): void {
    const shown = this.last === null ? 1 : Math.max(1, count);
    const each = (now - (this.last ?? now)) / shown;
    for (let left = shown - 1; left >= 0; left--) this.handleFrame(now - left * each);
  }

  private handleFrame(now: number): void {
    if (this.last !== null) {
      this.tally(now);
      this.gaps = [...this.gaps, now - this.last].slice(-FRAMES);
    }
    this.last = now;
    this.counted = false;
  }

  /** Another track, or a page nobody looks at: nothing is known. */
  reset(): void {
    this.last = null;
    this.waiting = null;
    this.gaps = [];
    this.counted = false;
  }

  /** `stuck`: the last frame still stands; `gone`: it has stood for three seconds, long enough. Of a frame
   * of before a reset the same is true, from the first look on. */
  at(now: number): Picture {
    this.waiting ??= now;
    const stuckFor = now - (this.last ?? this.waiting) - Math.max(LEAST_MS, this.limit() ?? 0);
    if (stuckFor < 0) return 'moving';
    return stuckFor < KEEP_MS ? 'stuck' : 'gone';
  }

  /** What was counted since the last call; a freeze that goes on is counted as far as it has come. */
  take(now: number): Freezes {
    if (this.last !== null) this.tally(now);
    const { total } = this;
    this.total = NONE;
    this.from = now;
    return total;
  }

  /** From how long a gap on the picture is frozen; null before two frames. */
  private limit(): number | null {
    if (this.gaps.length === 0) return null;
    const average = this.gaps.reduce((sum, gap) => sum + gap, 0) / this.gaps.length;
    return Math.max(3 * average, average + 150);
  }

  /** Add the time since the last frame, or since it was last told. */
  private tally(now: number): void {
    const last = this.last ?? now;
    const passed = Math.max(0, now - Math.max(last, this.from));
    const limit = this.limit();
    const frozen = limit !== null && now - last >= limit;
    const { freezes, frozenMs, watchedMs } = this.total;
    this.total = {
      freezes: freezes + (frozen && !this.counted ? 1 : 0),
      frozenMs: frozenMs + (frozen ? passed : 0),
      watchedMs: watchedMs + passed,
    };
    this.counted ||= frozen;
  }
}

/** Several pictures' figures, together. */
export function together(all: readonly Freezes[]): Freezes {
  return all.reduce(
    (sum, one) => ({
      freezes: sum.freezes + one.freezes,
      frozenMs: sum.frozenMs + one.frozenMs,
      watchedMs: sum.watchedMs + one.watchedMs,
    }),
    NONE,
  );
}
