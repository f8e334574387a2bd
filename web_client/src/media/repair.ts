/**
 * When to restart one's media path, and when to build a new one. Pure: `now` is in milliseconds.
 *
 * Rule 1: a path that is down is restarted at once; if two restarts do not bring it back, a new
 * connection is built. Each try waits longer than the one before, up to 8 s.
 * Rule 2: a path that says it is up but brings nothing is restarted, never rebuilt: the silence
 * may be the other person's.
 * Rule 3: a line that is merely bad is left alone: one that loses half of what it carries, or holds
 * it back for a second, still brings something within FLAT_MS.
 * Rule 4: while nothing can be offered, nothing is given up: the connection that stands is what a
 * restart can mend as soon as there is a line.
 * Rule 5: a network that comes back is worth a restart soon after the last one, too, which may have
 * gone out over the network that went: not on every flicker, but once the flicker is over.
 * The offer of a restart that stays unanswered puts the line itself in doubt: see link.ts.
 */

export type Path = 'up' | 'down' | 'starting';
export type Repair = 'restart' | 'rebuild';

export interface PathSample {
  readonly path: Path;
  /** Bytes received on the nominated pair, ever; null when the browser does not say. */
  readonly bytes: number | null;
  /** Somebody else's sound or picture ought to be arriving. */
  readonly expecting: boolean;
  /** An offer has a way to its answer: there is a line, or the gateway has promised the answer. */
  readonly answerable: boolean;
}

/** Longer than the second by which a bad line may hold everything back; see Rule 3. */
const FLAT_MS = 1_250;
const FLAT_AGAIN_MS = 10_000;
const STARTING_MS = 8_000;
const PAUSES_MS = [1_500, 3_000, 5_000, 8_000] as const;
const RESTARTS = 2;

export class RepairPlan {
  private tries = 0;
  private notBefore = -Infinity;
  private startedAt: number | null = null;
  private bytes: number | null = null;
  private movedAt: number | null = null;
  private flat = false;
  private triedAt = -Infinity;
  private owed = false;

  /** The last look found nothing new: the next should come soon. */
  get doubts(): boolean {
    return this.flat;
  }

  /** Take a look at the path; returns what to do about it now, if anything. */
  handleSample(sample: PathSample, now: number): Repair | null {
    this.flat = false;
    if (sample.path === 'up') {
      this.tries = 0;
      this.startedAt = null;
      if (this.owed && sample.answerable && now - this.triedAt >= PAUSES_MS[0])
        return this.next(now, now);
      return this.handleUp(sample, now);
    }
    this.movedAt = null;
    if (!sample.answerable) return null;
    if (sample.path === 'starting') {
      this.startedAt ??= now;
      return now - this.startedAt >= STARTING_MS ? this.next(now) : null;
    }
    return this.next(now);
  }

  /** The machine's network came back or changed: a restart is worth trying at once. */
  handleOnline(path: Path, now: number): Repair | null {
    if (path === 'starting') return null;
    this.owed = now - this.triedAt < PAUSES_MS[0];
    return this.owed ? null : this.next(now, now);
  }

  /** The line is back, and a restart goes out over it: it may take its time. */
  handleOffered(now: number): void {
    this.tries = 1;
    this.notBefore = now + PAUSES_MS[0];
    this.startedAt = null;
    this.tried(now);
  }

  /** A new connection was built: it may take its time to start. */
  handleBuilt(now: number): void {
    this.startedAt = now;
    this.movedAt = null;
    this.bytes = null;
  }

  private handleUp({ bytes, expecting, answerable }: PathSample, now: number): Repair | null {
    if (!expecting || bytes === null || this.movedAt === null || bytes !== this.bytes) {
      this.bytes = bytes;
      this.movedAt = now;
      return null;
    }
    this.flat = true;
    if (!answerable || now - this.movedAt < FLAT_MS || now < this.notBefore) return null;
    this.notBefore = now + FLAT_AGAIN_MS;
    this.tried(now);
    return 'restart';
  }

  private next(now: number, notBefore = this.notBefore): Repair | null {
    if (now < notBefore) return null;
    const pause = PAUSES_MS[Math.min(this.tries, PAUSES_MS.length - 1)] ?? 0;
    this.notBefore = now + pause;
    this.tries += 1;
    this.tried(now);
    if (this.tries <= RESTARTS) return 'restart';
    this.startedAt = now;
    return 'rebuild';
  }

  private tried(now: number): void {
    this.triedAt = now;
    this.owed = false;
  }
}

/** A browser's words for a connection, in ours. */
export function pathOf(state: RTCPeerConnectionState): Path {
  if (state === 'connected') return 'up';
  return state === 'new' || state === 'connecting' ? 'starting' : 'down';
}
