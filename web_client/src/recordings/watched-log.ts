/**
 * What somebody has really seen or heard, for the audit: stretches that were played, and no more. Pure.
 *
 * Rule 1: each stretch is told once. What was played twice is told twice.
 * Rule 2: what could not be told is kept, and told with the next; the oldest falls away beyond a bound.
 */

import type { Span } from './player-clock';
import type { Watched } from '../protocol/bodies';

/** Shorter is the noise of a tap, not somebody who watched. */
const LEAST_MS = 100;
/** What comes on within this went on: a clock that ticks ends and begins between two numbers. */
const SEAM_MS = 1;
/** Of an hour without a line, told every ten seconds, there are 360. */
const MOST = 400;

export class WatchedLog {
  private stretches: { start_ms: number; stop_ms: number }[] = [];

  handlePlayed(played: readonly Span[]): void {
    for (const { start_ms, stop_ms } of played) {
      const last = this.stretches.at(-1);
      if (last !== undefined && Math.abs(start_ms - last.stop_ms) <= SEAM_MS)
        last.stop_ms = stop_ms;
      else this.stretches.push({ start_ms, stop_ms });
    }
  }

  /** What is to be told now. */
  take(): Watched[] {
    const taken = this.stretches.filter(({ start_ms, stop_ms }) => stop_ms - start_ms >= LEAST_MS);
    this.stretches = [];
    return taken.map(({ start_ms, stop_ms }) => ({
      start_ms: Math.round(start_ms),
      stop_ms: Math.round(stop_ms),
    }));
  }

  /** It could not be told: the next time. */
  putBack(untold: readonly Watched[]): void {
    this.stretches = [...untold.map((each) => ({ ...each })), ...this.stretches].slice(-MOST);
  }
}
