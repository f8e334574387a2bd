/**
 * How long the others' pictures wait before they are shown, so that what is sent again comes in time.
 * Pure: all in ms.
 *
 * A browser waits for what it has seen to come late. But a picture's packet may have been lost on the
 * far person's own line, of which this browser knows nothing, and be asked for twice: then everything
 * stands still for a moment. A little patience is less noticed than a picture that stops.
 */

/** So many requests within LOOK_MS are a line that loses, not a chance. */
const REQUESTS = 4;
/** Of so many some picture a minute needs a third round, whoever's line it is. */
const MANY_REQUESTS = 24;
const LOOK_MS = 3_000;
/** Where no request was needed for so long, nothing waits any longer. */
const HOLD_MS = 10_000;
/** Two rounds of a usual line, the time it takes to miss something, and half a frame: of the far person's
 * line nothing is known here. */
const LEAST_MS = 300;
/** More is seen: the voice waits for no picture, so lips would follow it too late. */
const MOST_MS = 400;
/** A packet asked for a second time is there after two round trips and the time it takes to miss it, twice. */
const ROUNDS = 2.9;
const STEP_MS = 50;

export class PictureBuffer {
  private looks: { readonly at: number; readonly requests: number }[] = [];
  private lossyAt = -Infinity;
  private manyAt = -Infinity;
  /** How long pictures wait at least; null leaves it to the browser. */
  waitMs: number | null = null;

  /** Take a look at a path that is up: packets of pictures asked for again so far. */
  handleSample(requests: number, rttMs: number | null, now: number): void {
    const lately = this.lately(requests, now);
    if (lately >= REQUESTS) this.lossyAt = now;
    if (lately >= MANY_REQUESTS) this.manyAt = now;
    if (now - this.lossyAt > HOLD_MS) {
      this.waitMs = null;
      return;
    }
    const least = now - this.manyAt > HOLD_MS ? LEAST_MS : MOST_MS;
    const wait = Math.min(MOST_MS, Math.max(least, ROUNDS * (rttMs ?? 0)));
    // A browser settles anew at each change.
    if (this.waitMs === null || Math.abs(wait - this.waitMs) >= STEP_MS) this.waitMs = wait;
  }

  /** So many were asked for in the last moment. */
  private lately(requests: number, now: number): number {
    const last = this.looks.at(-1);
    // Another connection counts from nothing.
    if (last !== undefined && requests < last.requests) this.looks = [];
    this.looks = [...this.looks, { at: now, requests }].filter(({ at }) => now - at <= LOOK_MS);
    return requests - (this.looks[0]?.requests ?? requests);
  }
}
