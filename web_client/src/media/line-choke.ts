/**
 * Sees at once that one's line has become narrow, by the others' voice: it stops. Pure: all in ms.
 *
 * A narrow line fills its queue within a tenth of a second, and what the gateway says then comes behind
 * that queue. Lines often narrow both ways together: so one's own picture goes out of the way until the
 * voice comes evenly again. If it was an outage, no harm is done: nothing would have arrived.
 */

/** Fifteen packets: more than chance or a busy machine takes in a row. */
const REST_MS = 300;
/** Two looks and a frame of 60 ms: nothing is missing. */
const STEADY_MS = 160;
const EVEN_MS = 400;
/** What had filled the queue needs so long to leave it. */
const LEAST_MS = 1_000;
/** Others can lose their line or leave, and then no voice says that there is room. */
const LONGEST_MS = 3_000;

export class LineChoke {
  private frame: number | null = null;
  private movedAt = 0;
  private evenAt = 0;
  /** A voice that came evenly is there to be missed. */
  private armed = false;
  private since: number | null = null;

  /** What can wait should not be sent. */
  get chokes(): boolean {
    return this.since !== null;
  }

  /** Take a look, every 50 ms: the timestamp of the last frame of voice that was played, or null. */
  handleFrame(frame: number | null, now: number): void {
    if (frame === null || this.frame === null) {
      this.armed = false;
      this.movedAt = this.evenAt = now;
    } else if (frame !== this.frame) this.handleVoice(now);
    else if (now - this.movedAt >= REST_MS && this.armed) {
      this.armed = false;
      this.since ??= now;
    }
    this.frame = frame;
    if (this.since !== null && this.isOver(this.since, now)) this.since = null;
  }

  private handleVoice(now: number): void {
    if (now - this.movedAt > STEADY_MS) this.evenAt = now;
    else if (now - this.evenAt >= EVEN_MS) this.armed = true;
    this.movedAt = now;
  }

  private isOver(since: number, now: number): boolean {
    const comes = now - this.movedAt <= STEADY_MS && now - this.evenAt >= EVEN_MS;
    return this.frame === null || (comes && now - since >= LEAST_MS) || now - since > LONGEST_MS;
  }
}
