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
/** Of so many some picture a minute needs a third round, whosever line it is. */
const MANY_REQUESTS = 24;
const LOOK_MS = 3_000;
/** Where no request was needed for so long, nothing waits any longer. */
const HOLD_MS = 10_000;
/** Two rounds of a usual line, the time it takes to miss something, and half a frame: of the far person's
 * line nothing is known here. */
const LEAST_MS = 300;
/** More is seen: the voice waits for no picture, so lips would follow it too late. */
const MOST_MS = 400;
/** Unless it stands still all the same, again and again, where much is asked for: lips that are a little
 * later still disturb less. */
const FROZEN_MS = 500;
const FREEZES = 2;
const FREEZES_WITHIN_MS = 30_000;
const FROZEN_HOLD_MS = 60_000;
/** A packet asked for a second time is there after two round trips and the time it takes to miss it, twice. */
const ROUNDS = 2.9;
const STEP_MS = 50;

/** Of all pictures on a path, ever: packets asked for again, and how often one stood still. */
interface Counts {
  readonly asked: number;
  readonly frozen: number;
}

interface Look extends Counts {
  readonly at: number;
}

export class PictureBuffer {
  private looks: readonly Look[] = [];
  private lossyAt = -Infinity;
  private manyAt = -Infinity;
  private frozenAt = -Infinity;
  /** How long pictures wait at least; null leaves it to the browser. */
  waitMs: number | null = null;

  /** Take a look at a path that is up. */
  handleSample({ asked, frozen }: Counts, rttMs: number | null, now: number): void {
    this.note({ at: now, asked, frozen });
    const requests = asked - this.before(now - LOOK_MS).asked;
    if (requests >= REQUESTS) this.lossyAt = now;
    if (requests >= MANY_REQUESTS) this.manyAt = now;
    const loses = now - this.manyAt <= HOLD_MS;
    if (loses && frozen - this.before(now - FREEZES_WITHIN_MS).frozen >= FREEZES)
      this.frozenAt = now;
    this.decide(rttMs, loses, now);
  }

  private decide(rttMs: number | null, loses: boolean, now: number): void {
    if (now - this.lossyAt > HOLD_MS) {
      this.waitMs = null;
      return;
    }
    const least = loses ? (now - this.frozenAt <= FROZEN_HOLD_MS ? FROZEN_MS : MOST_MS) : LEAST_MS;
    const wait = Math.max(least, Math.min(MOST_MS, ROUNDS * (rttMs ?? 0)));
    // A browser settles anew at each change.
    if (this.waitMs === null || Math.abs(wait - this.waitMs) >= STEP_MS) this.waitMs = wait;
  }

  private note(look: Look): void {
    const last = this.looks.at(-1);
    // Another connection counts from nothing.
    if (last !== undefined && look.asked < last.asked) this.looks = [];
    this.looks = [...this.looks, look].filter(({ at }) => look.at - at <= FREEZES_WITHIN_MS);
  }

  /** The oldest look since then. */
  private before(since: number): Counts {
    return this.looks.find(({ at }) => at >= since) ?? { asked: 0, frozen: 0 };
  }
}
