/** How much of what is sent was lost in the last seconds. Pure: `now` is in ms. */

const WINDOW_MS = 5_000;
/** Of fewer packets a share says nothing: voice on the lowest rung sends 17 a second. */
const FEWEST = 25;

interface Count {
  readonly at: number;
  readonly sent: number;
  readonly lost: number;
}

export class LossWindow {
  private counts: Count[] = [];

  /** Take what was sent and lost ever; returns the share lost lately, 0 to 1, or null. */
  take(sent: number, lost: number, now: number): number | null {
    const last = this.counts.at(-1);
    // Counters that go back are another path's.
    if (last !== undefined && (sent < last.sent || lost < last.lost)) this.counts = [];
    this.counts.push({ at: now, sent, lost });
    while (this.counts.length > 2 && now - (this.counts[1]?.at ?? now) >= WINDOW_MS) {
      this.counts.shift();
    }
    const first = this.counts[0];
    if (first === undefined || sent - first.sent < FEWEST) return null;
    // Reports come later than the packets they are about: the two counts never fit exactly.
    return Math.min(1, (lost - first.lost) / (sent - first.sent));
  }
}
