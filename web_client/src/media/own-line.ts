/** One's own way up: what it carries, what follows from that for voice and picture, and who is told. */

import { Copies } from './copies';
import { LineRoom } from './line-room';
import { LossWindow } from './loss-window';
import { carriesPicture, placeOf, worst } from './rungs';
import { SendRate } from './send-rate';
import type { PathStats } from './stats';
import { UplinkLadder } from './uplink-ladder';
import {
  COPIED,
  fits,
  GUARDED,
  LOSSY,
  VOICE,
  voiceBps,
  type VoiceSettings,
} from './voice-settings';
import type { Reply, ReportLine, Rung } from '../protocol/wire';

export interface OwnLineOptions {
  /** Rejects without a connection. */
  readonly send: (report: ReportLine) => Promise<Reply>;
  /** What one's own picture may take of the way up: 0 is none, null as much as it likes. */
  readonly allow: (bps: number | null) => void;
  readonly speak: (settings: VoiceSettings) => void;
  /** What the page would send of its picture now, in bits per second. */
  readonly pictureBps: () => number;
  readonly changed: (rung: Rung) => void;
}

/** A picture that the line holds back fills it. One that sends so much less than the estimate does
 * not: a still scene needs little, and an estimate that nothing fills does not grow. */
const FILLS = 1.4;

export class OwnLine {
  private readonly ladder = new UplinkLadder();
  private readonly losses = new LossWindow();
  private readonly rate = new SendRate();
  private readonly room = new LineRoom();
  private readonly copies = new Copies();
  private listeners: Rung = 'clear';
  private voice: VoiceSettings = VOICE.clear;
  private rttMs: number | null = null;
  private estimateBps: number | null = null;
  private up = false;
  private steady = false;

  constructor(private readonly options: OwnLineOptions) {}

  get rung(): Rung {
    return this.ladder.rung;
  }

  /** The path is up, or no longer. */
  handlePath(up: boolean, now: number): void {
    if (up && !this.up) this.ladder.handlePath(now);
    this.up = up;
  }

  /** A look at a path that is up. */
  handleSample(stats: PathStats, now: number): void {
    const { estimateBps, sent, sentLost, sentBytes, rttMs } = stats;
    this.rttMs = rttMs;
    this.estimateBps = estimateBps;
    const filled = (this.rate.take(sentBytes, now) ?? Infinity) * FILLS;
    const loss = this.losses.take(sent, sentLost, now);
    const wantedBps = Math.min(filled, voiceBps(this.voice) + this.options.pictureBps());
    const changed = this.ladder.handleSample({ estimateBps, loss, rttMs, wantedBps }, now);
    this.room.handleRoundTrip(rttMs, this.ladder.lateMs);
    this.copies.handleSample(loss, this.ladder.lateMs, now);
    this.allow(now);
    this.speak(now);
    if (!changed) return;
    this.tell();
    this.options.changed(this.rung);
  }

  /** The others' voice is missed, or is back: see {@link LineRoom}. */
  handleChoke(chokes: boolean, now: number): void {
    this.room.handleChoke(chokes, now);
    this.allow(now);
    this.speak(now);
  }

  /** So much of one's own picture is worth sending. */
  handleWorth(bps: number, now: number): void {
    this.room.handleWorth(bps, now);
    this.speak(now);
  }

  /** A new connection knows nothing of this line yet. */
  handleWelcome(): void {
    this.tell();
  }

  /** What the lines of those who listen carry. */
  handleListeners(rungs: readonly Rung[], now: number): void {
    this.listeners = worst(rungs);
    this.speak(now);
  }

  /** The whole line is kept for voice, or no longer. */
  handleSteady(steady: boolean, now: number): void {
    this.steady = steady;
    this.speak(now);
  }

  private allow(now: number): void {
    this.options.allow(this.room.hasPictureAt(now) ? this.ladder.allowanceBps : 0);
  }

  /** The voice goes as the narrowest of the lines on its way can take it. */
  private speak(now: number): void {
    const voice = this.voiceAt(now);
    if (voice === this.voice) return;
    this.voice = voice;
    this.options.speak(voice);
  }

  private voiceAt(now: number): VoiceSettings {
    const own = worst([this.rung, this.room.voiceAt(now)]);
    const rung = worst([own, this.listeners]);
    if (this.steady) return GUARDED[rung];
    // Where it is the listener's line that is narrow, the gateway lets the copies through that help there.
    const twice = placeOf(own) < placeOf(rung) || this.copies.on;
    if (carriesPicture(rung)) {
      const has = twice || this.options.pictureBps() === 0;
      return rung === 'saving' && has && fits(COPIED, this.estimateBps) ? COPIED : VOICE[rung];
    }
    return (twice ? LOSSY : VOICE)[rung];
  }

  private tell(): void {
    const rtt_ms = this.rttMs === null ? null : Math.min(this.rttMs, 60_000);
    // What cannot be told now is told by the next welcome.
    this.options.send({ type: 'report_line', rung: this.rung, rtt_ms }).catch(() => undefined);
  }
}
