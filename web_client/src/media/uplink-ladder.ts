/**
 * What the page's own way up carries, as a rung of the ladder. Pure: `now` is in ms.
 *
 * The browser's estimate (`availableOutgoingBitrate`) is good news only while something fills the
 * line: it does not grow by itself, and while no picture is sent it says little. So:
 *
 * Rule 1: an estimate counts against the line only where it is less than the page wants to send.
 * Rule 2: down at once, by as many rungs as the estimate says, after a settle that a blip does not last.
 * Rule 3: up by one rung after a hold without trouble. Where no picture is sent, loss and round trip
 * near their base are all there is to go by: the next rung is then tried, with a small picture. The
 * estimate has the time of the trial to grow; packets lost or held back end it at once.
 * An estimate too low for the voice of the rungs with pictures says that there is nothing to try.
 * Rule 4: a rung that was tried in vain is tried again after twice the hold; at most two steps up in
 * a minute, whatever happens.
 * Rule 5: that not even voice passes is said only of packets that are seen not to pass: an estimate
 * takes its time to recover after an outage, voice does not.
 */

import { LeastLately } from './least-lately';
import { LADDER, placeFor, placeOf } from './rungs';
import { fits, VOICE as VOICES } from './voice-settings';
import type { Rung } from '../protocol/wire';

export interface UplinkSample {
  /** The browser's estimate of what the way up carries, in bits per second; null where it has none. */
  readonly estimateBps: number | null;
  /** Share of one's own packets lost lately, 0 to 1; null where it is not known. */
  readonly loss: number | null;
  readonly rttMs: number | null;
  /** What the page wants to send, voice and picture together. */
  readonly wantedBps: number;
}

type Phase = 'starting' | 'steady' | 'trying';
/** `congested`: packets are lost or held back. `short`: the estimate is less than is wanted.
 * `enough`: it is not, nor is it good for the next rung. `roomy`: the next rung is worth a try. */
type Look = 'congested' | 'short' | 'enough' | 'roomy';
type Heed = 'down' | 'wait' | 'up';

/** What each look means in each phase. */
const HEEDS: Readonly<Record<Phase, Readonly<Record<Look, Heed>>>> = {
  // An estimate starts low and grows for some seconds: then it is no news.
  starting: { congested: 'down', short: 'wait', enough: 'wait', roomy: 'wait' },
  steady: { congested: 'down', short: 'down', enough: 'wait', roomy: 'up' },
  trying: { congested: 'down', short: 'wait', enough: 'wait', roomy: 'wait' },
};

/** A path's first seconds: browsers probe for two or three of them, longer on a busy machine. */
const START_MS = 10_000;
/** Two looks in a row: a single late report is a blip. */
const SETTLE_MS = 1_000;
/** An estimate is believed as soon as the gateway's is: a keyframe alone can press it for a second. */
const FALLS_MS = 2_000;
const HOLD_MS = 20_000;
const LONGEST_HOLD_MS = 160_000;
/** So long may a tried rung's estimate grow. */
const TRIAL_MS = 8_000;
/** A path that is back so soon after its trouble began is the same. */
const BACK_MS = 5_000;
/** A rung that failed within this after it was climbed was tried in vain. */
const PROVEN_MS = 30_000;
const UPS = 2;
const UPS_MS = 60_000;

/** Browsers' own loss controller cuts from 10 % on (draft-ietf-rmcat-gcc-02, section 6). */
const LOSSY = 0.1;
/** Voice with repair and redundancy still passes with less. */
const HOPELESS = 0.3;
/** What comes back so much later than at best has waited in a queue. */
export const HELD_BACK_MS = 250;
const HOPELESS_MS = 1_000;
/** A round trip that has been as long for this time is the path's own: no queue of voice alone stands so. */
const BASE_MS = 10_000;

/** A picture on trial: what fits a line that only just carries the rung, beside the voice. */
const TRIAL_BPS = 100_000;
/** The largest picture of the rung `saving`. Filled, it brings the estimate to where `clear` begins. */
const SAVING_BPS = 450_000;
/** What of an estimate is the voice's, with its headers. */
const VOICE_BPS = 60_000;
/** A picture may ask for a little more than the estimate has: only so does it grow. */
const STRETCH = 1.25;
const STEP_BPS = 50_000;

const TEXT = placeOf('text');
const VOICE = placeOf('voice');
const SAVING = placeOf('saving');

export class UplinkLadder {
  private place = 0;
  private phase: Phase = 'starting';
  private phaseUntil = 0;
  private troubleSince: number | null = null;
  private wellSince: number | null = null;
  private hold = HOLD_MS;
  /** When the rung was climbed to, until it has proved itself. */
  private climbedAt: number | null = null;
  private ups: number[] = [];
  private readonly base = new LeastLately(BASE_MS);
  private estimate: number | null = null;
  private late = 0;

  /** How much later than at best packets came back when last looked at. */
  get lateMs(): number {
    return this.late;
  }

  get rung(): Rung {
    return LADDER[this.place]?.rung ?? 'text';
  }

  /** What one's own picture may take: 0 is none, null as much as it likes. */
  get allowanceBps(): number | null {
    if (this.place === 0) return null;
    if (this.place > SAVING) return 0;
    if (this.phase === 'trying' || this.estimate === null) return TRIAL_BPS;
    const wish = Math.ceil(((this.estimate - VOICE_BPS) * STRETCH) / STEP_BPS) * STEP_BPS;
    return Math.min(SAVING_BPS, Math.max(TRIAL_BPS, wish));
  }

  /** A path has come up, the first or another: its estimate begins anew, the rung stays. */
  handlePath(now: number): void {
    // A path that was lost in trouble and is soon back: what is known of it holds.
    if (this.troubleSince !== null && now - this.troubleSince < BACK_MS) return;
    this.phase = 'starting';
    this.phaseUntil = now + START_MS;
    this.base.forget();
    this.restart();
  }

  /** Take a look at a path that is up; true when the rung has changed. */
  handleSample(sample: UplinkSample, now: number): boolean {
    if (this.phase !== 'steady' && now >= this.phaseUntil) this.phase = 'steady';
    this.prove(now);
    this.estimate = sample.estimateBps;
    const { rttMs } = sample;
    this.late = rttMs === null ? 0 : rttMs - this.base.take(rttMs, now);
    const look = this.look(sample);
    const heed = HEEDS[this.phase][look];
    const below = heed === 'down' ? this.below(sample, look) : this.place;
    if (below > this.place) return this.settle(below, now);
    this.troubleSince = null;
    if (look === 'congested' || heed !== 'up') this.wellSince = null;
    else return this.climb(now);
    return false;
  }

  private prove(now: number): void {
    if (this.climbedAt === null || now - this.climbedAt < PROVEN_MS) return;
    this.climbedAt = null;
    this.hold = HOLD_MS;
  }

  private look({ estimateBps, loss, wantedBps }: UplinkSample): Look {
    if ((loss ?? 0) >= LOSSY || this.late >= HELD_BACK_MS) return 'congested';
    const isIdle = this.place > SAVING;
    if (estimateBps === null || isIdle || estimateBps >= wantedBps) {
      return this.hasRoomAbove(estimateBps) ? 'roomy' : 'enough';
    }
    const found = placeFor(estimateBps);
    if (found < this.place) return 'roomy';
    return found > this.place ? 'short' : 'enough';
  }

  /** Whether the next rung's voice is no more than the line carries. */
  private hasRoomAbove(estimateBps: number | null): boolean {
    const above = LADDER[this.place - 1]?.rung;
    const known = above === 'clear' || above === 'saving';
    return !known || fits(VOICES[above], estimateBps);
  }

  /** The place that a look speaks for. */
  private below({ estimateBps, loss, wantedBps }: UplinkSample, look: Look): number {
    const next = Math.min(this.place + 1, TEXT);
    const hopeless = (loss ?? 0) >= HOPELESS || this.late >= HOPELESS_MS;
    const lowest = hopeless ? TEXT : VOICE;
    if (this.phase === 'trying') return next;
    if (estimateBps === null) return look === 'congested' ? Math.min(next, lowest) : this.place;
    // A line that carries what is wanted is as good as it needs to be.
    return estimateBps >= wantedBps ? this.place : Math.min(placeFor(estimateBps), lowest);
  }

  private settle(below: number, now: number): boolean {
    this.wellSince = null;
    this.troubleSince ??= now;
    const believes = this.phase === 'steady' && this.estimate !== null;
    if (now - this.troubleSince < (believes ? FALLS_MS : SETTLE_MS)) return false;
    if (this.climbedAt !== null) this.hold = Math.min(2 * this.hold, LONGEST_HOLD_MS);
    this.climbedAt = null;
    this.phase = 'steady';
    this.place = below;
    this.restart();
    return true;
  }

  private climb(now: number): boolean {
    if (this.place === 0) return false;
    this.wellSince ??= now;
    this.ups = this.ups.filter((at) => now - at < UPS_MS);
    if (now - this.wellSince < this.hold || this.ups.length >= UPS) return false;
    this.place -= 1;
    this.ups.push(now);
    this.climbedAt = now;
    this.phase = 'trying';
    this.phaseUntil = now + TRIAL_MS;
    this.restart();
    return true;
  }

  private restart(): void {
    this.troubleSince = null;
    this.wellSince = null;
  }
}
