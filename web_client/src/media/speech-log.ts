/**
 * When did this page's own person speak, in the last three minutes? Pure: `now` is in ms.
 *
 * A yes or no for each tenth of a second, from loudness alone. It never leaves this page; all that
 * does is how long they spoke into a gap in which nobody could hear them.
 */

const KEEP_MS = 180_000;
/** Above a quiet room, below a soft voice near its microphone. */
const SPEECH_DB = -45;
/** A look stands for the time since the one before, but a page that slept heard nothing. */
const LONGEST_MS = 250;
/** Less is a word at most: nobody is asked to say it again. */
export const LEAST_MS = 1_000;

interface Look {
  readonly at: number;
  readonly ms: number;
}

export class SpeechLog {
  private spoken: Look[] = [];
  private lookedAt: number | null = null;

  /** `level` in dBFS, null when it is not known; `on`: the microphone is. */
  handleLevel(level: number | null, on: boolean, now: number): void {
    const ms = Math.min(LONGEST_MS, now - (this.lookedAt ?? now));
    this.lookedAt = now;
    if (on && level !== null && level > SPEECH_DB) this.spoken.push({ at: now, ms });
    while (this.spoken[0] !== undefined && now - this.spoken[0].at > KEEP_MS) this.spoken.shift();
  }

  /**
   * For how long they spoke between two times, from the first word to the last, breaths included; 0
   * where it was less than a second.
   */
  spokenMs(from: number, to: number): number {
    const inside = this.spoken.filter(({ at }) => at >= from && at <= to);
    const [first, last] = [inside[0], inside.at(-1)];
    if (first === undefined || last === undefined) return 0;
    const loud = inside.reduce((sum, { ms }) => sum + ms, 0);
    return loud < LEAST_MS ? 0 : last.at - first.at + first.ms;
  }
}
