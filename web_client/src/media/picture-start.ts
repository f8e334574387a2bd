/**
 * A picture that the network stopped for a moment begins again with little. Pure: times are in ms.
 *
 * What stopped it was a queue. A keyframe of the size it had would fill that anew, and the browser's own
 * estimate takes a while to follow a line that has become another.
 */

/** After a longer stop it is a picture that begins. */
const MOMENT_MS = 10_000;
const CAREFUL_MS = 3_000;
const CAREFUL_BPS = 120_000;

export class PictureStart {
  private stoppedAt: number | null = null;
  private carefulUntil = -Infinity;

  /** The bits per second to begin with, of those the network leaves; null is no bound, 0 no picture. */
  handle(bps: number | null, now: number): number | null {
    if (bps === 0) {
      this.stoppedAt ??= now;
      return 0;
    }
    if (this.stoppedAt !== null && now - this.stoppedAt < MOMENT_MS)
      this.carefulUntil = now + CAREFUL_MS;
    this.stoppedAt = null;
    return now < this.carefulUntil ? Math.min(bps ?? Infinity, CAREFUL_BPS) : bps;
  }

  /** True once, when there is no more need for care. */
  takeEnd(now: number): boolean {
    if (now < this.carefulUntil || this.carefulUntil === -Infinity) return false;
    this.carefulUntil = -Infinity;
    return true;
  }
}
