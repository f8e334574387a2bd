/** The least of the last while, such as a path's round trip without its queue. Pure: `now` is in ms. */

const STEP_MS = 1_000;

export class LeastLately {
  private steps: { readonly at: number; least: number }[] = [];

  constructor(private readonly windowMs: number) {}

  /** Take a value; returns the least that came within the window, this one included. */
  take(value: number, now: number): number {
    const last = this.steps.at(-1);
    if (last !== undefined && now - last.at < STEP_MS) last.least = Math.min(last.least, value);
    else this.steps.push({ at: now, least: value });
    this.steps = this.steps.filter(({ at }) => now - at <= this.windowMs);
    return Math.min(...this.steps.map(({ least }) => least));
  }

  forget(): void {
    this.steps = [];
  }
}
