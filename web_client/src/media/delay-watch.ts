/** Is the voice so late that people talk over each other? Said once in a call. Pure: all in ms. */

const LATE_MS = 400;
const WELL_MS = 300;
/** A moment's delay is no reason to change how one talks. */
const SUSTAIN_MS = 3_000;

export class DelayWatch {
  private since: number | null = null;
  private shown = false;
  private done = false;
  private last = 0;

  /** `delayMs`: from their microphone to one's ear; null when it is not known. */
  handleDelay(delayMs: number | null, now: number): void {
    if (this.done || delayMs === null) return;
    this.last = delayMs;
    if (delayMs > LATE_MS) this.since ??= now;
    else if (!this.shown || delayMs < WELL_MS) this.since = null;
    if (this.shown && this.since === null) this.dismiss();
    this.shown = this.since !== null && now - this.since >= SUSTAIN_MS;
  }

  /** The delay to speak of; null when there is none. */
  get delayMs(): number | null {
    return this.shown && !this.done ? this.last : null;
  }

  /** It was read, or is over: it is not said again. */
  dismiss(): void {
    this.done = true;
  }
}
