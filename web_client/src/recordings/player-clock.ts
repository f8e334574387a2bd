/**
 * Where a recording is while it is played: one clock, which every sound and every picture follows.
 * Pure: `now` is in ms of a clock that only goes forward, positions are ms of the recording.
 *
 * Rule 1: a hold is no part of what can be seen: the clock goes over it at once.
 * Rule 2: while something that is to be seen is not there yet, the clock waits for it.
 * Rule 3: it tells which stretches it went through; what was jumped over was not played.
 */

export interface Span {
  readonly start_ms: number;
  readonly stop_ms: number;
}

/** What stands on the recording's clock for some time. */
export interface Stretch {
  readonly starts_ms: number;
  readonly duration_ms: number;
}

export const SPEEDS = [0.75, 1, 1.25, 1.5, 2] as const;
/** Two holds with less than this between them are one: so little is not shown as a flash. */
const LEAST_MS = 50;

export class PlayerClock {
  private readonly held: readonly Span[];
  private at = 0;
  private lastMs = 0;
  private rate = 1;
  private wanted = false;
  private stalled = false;

  constructor(
    readonly lengthMs: number,
    held: readonly Span[],
  ) {
    this.held = joined(held, lengthMs);
    this.at = this.outOfHold(0);
  }

  get positionMs(): number {
    return this.at;
  }

  /** Somebody wants it to play; it may have to wait all the same. */
  get playing(): boolean {
    return this.wanted;
  }

  get waiting(): boolean {
    return this.wanted && this.stalled;
  }

  get moving(): boolean {
    return this.wanted && !this.stalled;
  }

  get ended(): boolean {
    return this.at >= this.lengthMs;
  }

  get speed(): number {
    return this.rate;
  }

  /** From the end it begins anew. */
  play(now: number): void {
    if (this.ended) this.at = this.outOfHold(0);
    this.wanted = true;
    this.lastMs = now;
  }

  pause(now: number): Span[] {
    const played = this.handleTick(now);
    this.wanted = false;
    return played;
  }

  seek(toMs: number, now: number): Span[] {
    const played = this.handleTick(now);
    this.at = this.outOfHold(Math.min(Math.max(0, toMs), this.lengthMs));
    return played;
  }

  setSpeed(speed: number, now: number): Span[] {
    const played = this.handleTick(now);
    this.rate = speed;
    return played;
  }

  /** Whether all that is to be seen here is there. */
  handleReady(ready: boolean, now: number): Span[] {
    const played = this.handleTick(now);
    this.stalled = !ready;
    return played;
  }

  /** Goes on to `now`; returns what it went through. At the end it stops. */
  handleTick(now: number): Span[] {
    const passedMs = Math.max(0, now - this.lastMs);
    this.lastMs = now;
    if (!this.moving) return [];
    const played = this.advance(passedMs * this.rate);
    if (this.ended) this.wanted = false;
    return played;
  }

  private advance(byMs: number): Span[] {
    const played: Span[] = [];
    let left = byMs;
    while (left > 0 && !this.ended) {
      const from = this.at;
      const next = this.held.find(({ start_ms }) => start_ms >= from);
      const edge = next?.start_ms ?? this.lengthMs;
      const to = Math.min(from + left, edge);
      if (to > from) played.push({ start_ms: from, stop_ms: to });
      left -= to - from;
      this.at = to === edge ? this.outOfHold(to) : to;
    }
    return played;
  }

  private outOfHold(ms: number): number {
    const hold = this.held.find(({ start_ms, stop_ms }) => start_ms <= ms && ms < stop_ms);
    return hold?.stop_ms ?? ms;
  }
}

/** What is there at a moment. */
export function activeAt<T extends Stretch>(stretches: readonly T[], ms: number): T[] {
  return stretches.filter(
    ({ starts_ms, duration_ms }) => starts_ms <= ms && ms < starts_ms + duration_ms,
  );
}

/** What is there, or will be before `aheadMs` more were played. */
export function nearAt<T extends Stretch>(
  stretches: readonly T[],
  held: readonly Span[],
  ms: number,
  aheadMs: number,
): T[] {
  const until = ms + aheadMs + heldAfter(held, ms, aheadMs);
  return stretches.filter(
    ({ starts_ms, duration_ms }) => starts_ms <= until && ms < starts_ms + duration_ms,
  );
}

/** How long the holds are that will be gone over while `aheadMs` are played. */
function heldAfter(held: readonly Span[], ms: number, aheadMs: number): number {
  let skipped = 0;
  for (const { start_ms, stop_ms } of [...held].sort(byStart)) {
    if (stop_ms <= ms) continue;
    if (start_ms > ms + aheadMs + skipped) break;
    skipped += stop_ms - Math.max(start_ms, ms);
  }
  return skipped;
}

function joined(held: readonly Span[], lengthMs: number): Span[] {
  const spans: { start_ms: number; stop_ms: number }[] = [];
  for (const { start_ms, stop_ms } of [...held].sort(byStart)) {
    const stop = Math.min(stop_ms, lengthMs);
    const last = spans.at(-1);
    if (stop <= start_ms) continue;
    if (last !== undefined && start_ms - last.stop_ms < LEAST_MS) {
      last.stop_ms = Math.max(last.stop_ms, stop);
    } else spans.push({ start_ms, stop_ms: stop });
  }
  return spans;
}

function byStart(one: Span, other: Span): number {
  return one.start_ms - other.start_ms;
}
