/**
 * Whether every word goes twice on one's own line though it is narrow. Pure: `now` is in ms.
 *
 * On the lower rungs a copy (RED) is room taken from the voice itself, and worth that only where the line
 * loses by itself: where packets are lost because it is full, it makes things worse.
 */

import { HELD_BACK_MS } from './uplink-ladder';

/** Of fewer, a listener hears little. */
const LEAST_LOSS = 0.015;
/** Weight of a look, twice a second: some ten seconds. */
const LATELY = 0.05;
const CALM_MS = 100;
/** So long nothing may have waited. */
const FOR_MS = 5_000;

export class Copies {
  private loss = 0;
  private calmSince: number | null = null;
  private going = false;

  get on(): boolean {
    return this.going;
  }

  /** Take a look: the share lost lately, where it is known, and how much later than at best packets come back. */
  handleSample(loss: number | null, lateMs: number, now: number): void {
    if (loss !== null) this.loss += LATELY * (loss - this.loss);
    if (lateMs >= CALM_MS) this.calmSince = null;
    else this.calmSince ??= now;
    if (lateMs >= HELD_BACK_MS || this.loss < LEAST_LOSS / 2) this.going = false;
    else if (this.loss >= LEAST_LOSS && this.calmSince !== null && now - this.calmSince >= FOR_MS) {
      this.going = true;
    }
  }
}
