/**
 * When which chunk of which still leaves. Pure: `now` is in ms.
 *
 * Rule 1: one chunk at a time, none while anything waits on the channels: a voice is never behind two.
 * Rule 2: a still that cannot be out in time is let go, for a newer one is better.
 * Rule 3: on a line that takes chunks slowly stills are smaller, not rarer.
 */

import { CHUNK_BYTES, split } from './still-chunks';

/** 300 bytes in 180 ms are 13 kbit/s, 18 with all heads: with a voice of 24 there is room in 70. */
export const PACE_MS = 180;
/** From the beginning of one still to that of the next, at least. */
export const PERIOD_MS = 2_000;
/** What a still may take on its way out. */
const OUT_MS = 3_500;
/** Where something waits, the channel is looked at again so much later. */
const LOOK_MS = 60;
/** 13 chunks, 3.9 kB. */
const MOST_CHUNKS = 13;
const FEWEST_CHUNKS = 4;
const PLANNED_MS = 2_400;
/** How much of the last gap goes into the mean. */
const SHARE = 0.2;

export class StillPacer {
  private chunks: Uint8Array<ArrayBuffer>[] = [];
  private begunAt: number | null = null;
  private sentAt: number | null = null;
  private dueAt = -Infinity;
  private gapMs = PACE_MS;
  private number = 0;

  /** A still may be taken now. */
  wants(now: number): boolean {
    return this.chunks.length === 0 && (this.begunAt === null || now >= this.begunAt + PERIOD_MS);
  }

  /** What the next still may weigh, in bytes. */
  get budget(): number {
    const fits = Math.floor(PLANNED_MS / this.gapMs);
    return CHUNK_BYTES * Math.max(FEWEST_CHUNKS, Math.min(MOST_CHUNKS, fits));
  }

  /** A still was taken, or could not be (null): the next is due a period later. */
  load(image: Uint8Array<ArrayBuffer> | null, now: number): void {
    this.begunAt = now;
    this.sentAt = null;
    this.chunks = image === null ? [] : split(this.number++, image);
  }

  /** The chunk to send now, if any; `held` while something waits on the channels. */
  next(held: boolean, now: number): Uint8Array<ArrayBuffer> | null {
    if (this.chunks.length === 0 || now < this.dueAt) return null;
    if (this.begunAt !== null && now - this.begunAt > OUT_MS) {
      this.chunks = [];
      return null;
    }
    if (held) {
      this.dueAt = now + LOOK_MS;
      return null;
    }
    if (this.sentAt !== null) this.gapMs += SHARE * (now - this.sentAt - this.gapMs);
    this.sentAt = now;
    this.dueAt = now + PACE_MS;
    return this.chunks.shift() ?? null;
  }

  /** When to look again. */
  nextDeadline(now: number): number {
    if (this.chunks.length > 0) return Math.max(now, this.dueAt);
    return this.begunAt === null ? now : Math.max(now, this.begunAt + PERIOD_MS);
  }

  /** At once: what is under way stays a torso, which nobody shows. */
  stop(): void {
    this.chunks = [];
    this.begunAt = null;
    this.sentAt = null;
  }
}
