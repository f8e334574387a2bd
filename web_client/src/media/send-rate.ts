/** How many bits a second were sent lately. Pure: `now` is in ms. */

const WINDOW_MS = 3_000;
const LEAST_MS = 1_000;

export class SendRate {
  private counts: { readonly at: number; readonly bytes: number }[] = [];

  /** Take the bytes sent ever; returns the rate of the last seconds, or null. */
  take(bytes: number, now: number): number | null {
    // A counter that goes back is another path's.
    if (bytes < (this.counts.at(-1)?.bytes ?? 0)) this.counts = [];
    this.counts.push({ at: now, bytes });
    while (now - (this.counts[1]?.at ?? now) >= WINDOW_MS) this.counts.shift();
    const first = this.counts[0];
    if (first === undefined || now - first.at < LEAST_MS) return null;
    return ((bytes - first.bytes) * 8_000) / (now - first.at);
  }
}
