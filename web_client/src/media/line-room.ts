/**
 * What of one's own line may be used where no estimate knows it yet. Pure: `now` is in ms.
 *
 * That a line has become narrow is seen within a moment, by the others' voice that stops or by the gateway that
 * wants no picture any more. Estimates take up to ten seconds: what they are made of comes back behind
 * the queue. Meanwhile a voice with its copy alone would fill a line of 80 kbit/s.
 *
 * Rule 1: while the others' voice is missed, one's own is as small as on rung `voice`.
 * Rule 2: as on rung `slow` for a while after it was back, or after no picture was wanted any more: in that
 * time the rungs find out how the line is.
 * Rule 3: in that time no picture goes before a round trip says that nothing waits on the way up: that the
 * others' voice is back tells of the way down.
 */

import { HELD_BACK_MS } from './uplink-ladder';
import type { Rung } from '../protocol/wire';

const AFTER_MS = 10_000;
/** A queue of no picture is gone by then: what is late is a path that became longer. */
const LONGEST_MS = 20_000;

export class LineRoom {
  private chokes = false;
  private wanted = true;
  private until = 0;
  private rttMs: number | null = null;
  /** The round trip of when the voice was missed: as long as it is the last one known, it is old. */
  private oldRttMs: number | null = null;
  private clear = true;

  /** The others' voice is missed, or is back. */
  handleChoke(chokes: boolean, now: number): void {
    this.chokes = chokes;
    this.until = now + AFTER_MS;
    this.oldRttMs = this.rttMs;
    this.clear = false;
  }

  /** So much of one's own picture is worth sending, in bits per second. */
  handleWorth(bps: number, now: number): void {
    if (bps === 0 && this.wanted) this.until = now + AFTER_MS;
    this.wanted = bps > 0;
  }

  /** The last round trip known, and how much longer it is than at best. */
  handleRoundTrip(rttMs: number | null, lateMs: number): void {
    if (rttMs !== this.oldRttMs && lateMs < HELD_BACK_MS) this.clear = true;
    this.rttMs = rttMs;
  }

  /** The rung as on which the voice goes at best. */
  voiceAt(now: number): Rung {
    if (this.chokes) return 'voice';
    return now < this.until ? 'slow' : 'clear';
  }

  hasPictureAt(now: number): boolean {
    const more = this.rttMs === null ? 0 : LONGEST_MS - AFTER_MS;
    return !this.chokes && (this.clear || now >= this.until + more);
  }
}
