/**
 * How long the others' voices wait before they are played, so that what is sent again comes in time.
 * Pure: all in ms.
 *
 * A browser keeps what waits as short as it can, and asks for nothing again that would come too late. On a
 * line that loses by itself that is too short by one round trip: words are made up that were on their way.
 * Whose line it is cannot be seen here, and need not be: what counts is that words go missing, again and
 * again and not in one piece. For that a voice may be a little later.
 */

/** So many holes within LOOK_MS, and so much of the voice, are a line that loses. */
const HOLES = 4;
const SHARE = 0.007;
const LOOK_MS = 6_000;
/** A round trip of 100 ms, the time it takes to miss something, and what a busy machine takes. */
const WAIT_MS = 220;
/** On a longer way nothing comes again in time. */
const LONGEST_RTT_MS = 160;
/** Where a wait helps nothing is missing any more: only to try shows whether the line is well. */
const FIRST_HOLD_MS = 60_000;
const LONGEST_HOLD_MS = 480_000;

interface Heard {
  /** Holes that were filled, ever. */
  readonly holes: number;
  /** Samples that were made up where something was said, and all samples, ever. */
  readonly madeUp: number;
  readonly samples: number;
}

export class VoiceBuffer {
  private looks: (Heard & { readonly at: number })[] = [];
  private holdMs = FIRST_HOLD_MS;
  private neededAt = -Infinity;
  private letGoAt = -Infinity;
  /** How long voices wait at least; null leaves it to the browser. */
  waitMs: number | null = null;

  /** Take a look at a path that is up. */
  handleSample(heard: Heard, rttMs: number | null, now: number): void {
    const last = this.looks.at(-1);
    // Another connection counts from nothing.
    if (last !== undefined && heard.samples < last.samples) this.looks = [];
    this.looks = [...this.looks, { ...heard, at: now }].filter(({ at }) => now - at <= LOOK_MS);
    if ((rttMs ?? 0) > LONGEST_RTT_MS) this.waitMs = null;
    else if (this.loses(heard)) this.need(now);
    else if (this.waitMs !== null && now - this.neededAt > this.holdMs) {
      this.waitMs = null;
      this.letGoAt = now;
    }
  }

  private loses({ holes, madeUp, samples }: Heard): boolean {
    const first = this.looks[0];
    if (first === undefined || holes - first.holes < HOLES) return false;
    return madeUp - first.madeUp >= SHARE * (samples - first.samples);
  }

  private need(now: number): void {
    if (this.waitMs === null) {
      const soon = now - this.letGoAt <= this.holdMs;
      this.holdMs = soon ? Math.min(LONGEST_HOLD_MS, 2 * this.holdMs) : FIRST_HOLD_MS;
    }
    this.waitMs = WAIT_MS;
    this.neededAt = now;
  }
}
