/**
 * Why is the other person not heard: are they quiet, is it the line, or their device? Pure: `now` is
 * in ms.
 *
 * A microphone that is on sends in silence too, so that a voice which arrives and is not loud is a
 * person who is quiet, and one that does not arrive is never called that.
 */

export type Cause = 'off' | 'speaking' | 'quiet' | 'network' | 'device';

export interface Evidence {
  /** They have their microphone on. */
  readonly microphone: boolean;
  /** Their page says that its microphone brings nothing. */
  readonly paused: boolean;
  /** Nothing of their voice has been played for so long; null where that cannot be known. */
  readonly gapMs: number | null;
  /** The gateway says that nothing comes from them. */
  readonly unheard: boolean;
  /** They were not loud for so long; null where loudness is not told. */
  readonly quietMs: number | null;
}

/** A buffer hides less than this. With a look each 100 ms the line is told within half a second. */
export const GAP_MS = 350;
/** Less is a breath within a sentence. */
const QUIET_MS = 500;

/** The device first: while it brings nothing, there is nothing that a line could lose. */
export function causeOf({ microphone, paused, gapMs, unheard, quietMs }: Evidence): Cause {
  if (paused) return 'device';
  if (!microphone) return 'off';
  if (unheard || (gapMs !== null && gapMs >= GAP_MS)) return 'network';
  return quietMs !== null && quietMs >= QUIET_MS ? 'quiet' : 'speaking';
}

/** One look at the last frame that was played (RTCRtpSynchronizationSource). */
export interface Frame {
  /** Changes with every frame; its unit is the browser's. */
  readonly timestamp: number;
  /** In samples at 48 kHz, whatever is sent (RFC 7587). */
  readonly rtpTimestamp: number;
  /** 0 to 1; undefined where the browser does not say. */
  readonly audioLevel?: number | undefined;
}

export interface HeardGap {
  readonly startedAt: number;
  readonly endedAt: number;
  /** Of it, voice that never came; the rest was only late. */
  readonly lostMs: number;
}

/** -45 dB below the loudest there can be: above a quiet room, below a soft voice. */
const LOUD = 0.0056;
/** A microphone that was just switched on takes a moment to be heard. */
const GRACE_MS = 1_000;
/** A page that did not look for so long was asleep, and knows nothing of the time between. */
const ASLEEP_MS = 1_000;
const SAMPLES_PER_MS = 48;

/** One other person's voice, as this page plays it. Look every 100 ms. */
export class VoiceWatch {
  private frame: Frame | null = null;
  private changedAt: number | null = null;
  private lookedAt = -Infinity;
  private loudAt: number | null = null;

  /** `due`: a voice ought to come. Returns a gap that is over. */
  handleLook(frame: Frame | null, due: boolean, now: number): HeardGap | null {
    const asleep = now - this.lookedAt > ASLEEP_MS;
    this.lookedAt = now;
    if (!due) {
      this.changedAt = this.loudAt = null;
      return null;
    }
    if (this.changedAt === null || asleep) this.begin(now);
    if (frame === null || frame.timestamp === this.frame?.timestamp) return null;
    const gap = this.frame === null || asleep ? null : this.gapBefore(frame, now);
    this.frame = frame;
    this.changedAt = now;
    this.listen(frame.audioLevel, gap !== null, now);
    return gap;
  }

  gapMs(now: number): number | null {
    // Before anything was ever played there may be no ear to play it to.
    if (this.frame === null || this.changedAt === null) return null;
    return Math.max(0, now - this.changedAt);
  }

  /** Only what was heard as silence counts: of a gap nobody knows what was in it. */
  quietMs(): number | null {
    if (this.loudAt === null || this.changedAt === null) return null;
    return Math.max(0, this.changedAt - this.loudAt);
  }

  private begin(now: number): void {
    this.changedAt = now + (this.frame === null ? 0 : GRACE_MS);
    this.loudAt = null;
  }

  private gapBefore(frame: Frame, now: number): HeardGap | null {
    const startedAt = this.changedAt ?? now;
    const lasted = now - startedAt;
    if (lasted < GAP_MS) return null;
    const samples = (frame.rtpTimestamp - (this.frame?.rtpTimestamp ?? 0)) >>> 0;
    return { startedAt, endedAt: now, lostMs: Math.min(lasted, samples / SAMPLES_PER_MS) };
  }

  private listen(level: number | undefined, afterGap: boolean, now: number): void {
    if (level === undefined) return;
    if (level > LOUD || afterGap || this.loudAt === null) this.loudAt = now;
  }
}

/** What stands under the other's picture. */
export interface Strip {
  readonly kind: 'none' | 'quiet' | 'network' | 'device';
  /** Whole seconds that it lasts, or lasted. */
  readonly seconds: number;
}

const NOTHING: Strip = { kind: 'none', seconds: 0 };
/** A pause in thought is nobody's business; a silence may be. */
const SHOW_QUIET_MS = 3_000;
/** What flashes by cannot be read. */
const HOLD_MS = 2_000;

/** From causes to words that do not flicker. */
export class StripWatch {
  private held: { readonly strip: Strip; readonly until: number } | null = null;

  /** `quietMs` and `gapMs` as {@link Evidence} has them. */
  handle(cause: Cause, quietMs: number, gapMs: number, now: number): Strip {
    if (cause === 'network') {
      const strip = { kind: 'network', seconds: Math.floor(gapMs / 1_000) } as const;
      this.held = { strip, until: now + HOLD_MS };
      return strip;
    }
    if (cause === 'device' || cause === 'off') {
      this.held = null;
      return cause === 'device' ? { kind: 'device', seconds: 0 } : NOTHING;
    }
    if (this.held !== null && now < this.held.until) return this.held.strip;
    this.held = null;
    if (cause !== 'quiet' || quietMs < SHOW_QUIET_MS) return NOTHING;
    return { kind: 'quiet', seconds: Math.floor(quietMs / 1_000) };
  }
}
