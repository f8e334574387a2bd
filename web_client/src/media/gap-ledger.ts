/**
 * Which gaps had words in them, and who is told: the times of the gateway and of this page, and what
 * was said of each gap so far. Pure: `now` is in ms of this page's clock.
 */

import { LEAST_MS, type SpeechLog } from './speech-log';
import type { HeardGap } from './silence-cause';
import type { ReportGap, ReportLostWords, VoiceGap, WordsLost } from '../protocol/wire';

/** Words that were spoken into a gap: one's own (`speaker` null), or somebody else's. */
export interface LostWords {
  readonly speaker: string | null;
  readonly seconds: number;
}

/** The gateway's word of the same gap comes first, and leaves nothing to report. */
const PATIENCE_MS = 1_500;
/** The gateway takes no older one. */
const FORGET_MS = 120_000;
const MAX_WAITING = 8;
const MAX_MS = 180_000;

export class GapLedger {
  private offset = 0;
  private unheard = new Map<string, { readonly gap: number; readonly since: number }>();
  private waiting: { readonly speaker: string; readonly gap: HeardGap }[] = [];
  private said = new Set<number>();
  private told = new Set<number>();

  /** Both clocks at once; `fresh`: a room that knows nothing of the gaps of before. */
  handleWelcome(serverNow: number, fresh: boolean, now: number): void {
    this.offset = now - serverNow;
    this.unheard.clear();
    if (!fresh) return;
    this.said.clear();
    this.told.clear();
  }

  /** For how long the gateway has heard nothing of somebody; null while it hears them. */
  unheardMs(speaker: string, now: number): number | null {
    const since = this.unheard.get(speaker)?.since;
    return since === undefined ? null : Math.max(0, now - since);
  }

  /** Somebody else is not heard, or is again. */
  handleOther({ speaker, gap, started_at, ended_at }: VoiceGap): void {
    if (ended_at === null) this.unheard.set(speaker, { gap, since: started_at + this.offset });
    else if (this.unheard.get(speaker)?.gap === gap) this.unheard.delete(speaker);
  }

  /**
   * One's own voice did not get through. Returns what to tell of it, if one was speaking. `rttMs`:
   * what is missed at some moment was said before, and the gateway's clock was told late, too.
   */
  handleOwn(gap: VoiceGap, log: SpeechLog, rttMs: number): ReportLostWords | null {
    if (gap.ended_at === null || gap.lost_ms < LEAST_MS || this.told.has(gap.gap)) return null;
    const [from, to] = [gap.started_at, gap.ended_at].map((at) => at + this.offset - rttMs);
    const ms = Math.min(log.spokenMs(from ?? 0, to ?? 0), gap.lost_ms);
    return ms < LEAST_MS
      ? null
      : { type: 'report_lost_words', gap: gap.gap, ms: Math.round(Math.min(ms, MAX_MS)) };
  }

  /** The gateway has taken the report. */
  handleTold(gap: number): void {
    this.told.add(gap);
  }

  /** True the first time that something is to be shown about this gap. */
  isNews({ gap }: ReportLostWords | WordsLost): boolean {
    const news = !this.said.has(gap);
    this.said.add(gap);
    return news;
  }

  /** This page missed a voice. */
  handleHeard(speaker: string, gap: HeardGap): void {
    if (gap.lostMs < LEAST_MS) return;
    this.waiting = [...this.waiting, { speaker, gap }].slice(-MAX_WAITING);
  }

  /** What is to be reported now; `open`: there is a line to report it by. */
  due(open: boolean, now: number): ReportGap | null {
    this.waiting = this.waiting.filter(({ gap }) => now - gap.startedAt < FORGET_MS);
    const next = this.waiting.find(({ gap }) => now - gap.endedAt >= PATIENCE_MS);
    if (!open || next === undefined) return null;
    this.waiting = this.waiting.filter((other) => other !== next);
    const { speaker, gap } = next;
    return {
      type: 'report_gap',
      speaker,
      started_at: Math.round(gap.startedAt - this.offset),
      ended_at: Math.round(gap.endedAt - this.offset),
      lost_ms: Math.round(Math.min(gap.lostMs, MAX_MS)),
    };
  }
}
