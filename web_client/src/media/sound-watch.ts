/** Two looks at the level of one's own microphone. Pure: levels are dBFS, `now` is in ms. */

const SILENT_DB = -60;
const SILENT_MS = 5_000;

/** Digital silence; what a microphone that is muted in its own switch brings. */
export const NOTHING_DB = -100;

/** The level of one stretch of samples between -1 and 1, as the root of their mean square. */
export function decibels(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const level = Math.sqrt(sum / Math.max(1, samples.length));
  return level === 0 ? NOTHING_DB : Math.max(NOTHING_DB, 20 * Math.log10(level));
}

/** A microphone that was switched on and never yet heard: said once, after five seconds. */
export class SilenceWatch {
  private since: number | null = null;
  private done = false;

  /** Another microphone, or the same one anew. */
  handleOn(now: number): void {
    this.since = now;
    this.done = false;
  }

  handleOff(): void {
    this.since = null;
  }

  /** The microphone was heard at least once. */
  get heard(): boolean {
    return this.done;
  }

  /** True once, when it is time to ask about it. */
  handleLevel(level: number, now: number): boolean {
    if (this.since === null || this.done) return false;
    if (level < SILENT_DB && now - this.since < SILENT_MS) return false;
    this.done = true;
    return level < SILENT_DB;
  }
}

const TALK_DB = -42;
const WINDOW_MS = 1_500;
const TALK_SHARE = 0.4;
const AGAIN_MS = 60_000;

/** Somebody talks into a microphone they switched off. A cough is no talk. */
export class TalkWatch {
  private samples: { readonly loud: boolean; readonly at: number }[] = [];
  private saidAt = -Infinity;

  /** The microphone was switched: what was heard before says nothing now. */
  reset(): void {
    this.samples = [];
  }

  /** True when it is time to say so; at most once a minute. */
  handleLevel(level: number, now: number): boolean {
    const kept = this.samples.filter(({ at }) => now - at <= WINDOW_MS);
    this.samples = [...kept, { loud: level > TALK_DB, at: now }];
    const first = this.samples[0]?.at ?? now;
    const loud = this.samples.filter((sample) => sample.loud).length;
    if (now - first < WINDOW_MS * 0.8 || loud / this.samples.length < TALK_SHARE) return false;
    if (now - this.saidAt < AGAIN_MS) return false;
    this.saidAt = now;
    return true;
  }
}
