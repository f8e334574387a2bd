/** Listens to how the others are heard and how one's own voice gets through, and says what is wrong. */

import { DelayWatch } from './delay-watch';
import { GapLedger, type LostWords } from './gap-ledger';
import {
  type Cause,
  causeOf,
  type Frame,
  type Strip,
  StripWatch,
  VoiceWatch,
} from './silence-cause';
import { SpeechLog } from './speech-log';
import type { Timeline } from './timeline';
import { others } from '../protocol/room';
import type { Session } from '../protocol/session';
import type {
  Command,
  DevicePause,
  Event,
  ParticipantView,
  ReportLostWords,
  VoiceGap,
} from '../protocol/wire';

const TICK_MS = 100;
/** What was lost stands there long enough to be read, said again, and forgotten. */
const SHOW_LOST_MS = 20_000;
/** Of a round trip: smaller changes are nobody's news. */
const STEP_MS = 100;
const REPORT_DELAY_MS = 3_000;
/** The devices at both ends, and a jitter buffer where nothing is wrong. */
const DEVICES_MS = 40;
const BUFFER_MS = 40;

export interface HearingOptions {
  readonly session: Session;
  /** The last frame of somebody's voice that was played. */
  frame(participant: string): Frame | null;
  /** dBFS of one's own microphone; null when it is not known. */
  level(): number | null;
  microphoneOn(): boolean;
  paused(): DevicePause;
  /** The round trip of one's own media path; null when it is not known. */
  rttMs(): number | null;
  /** How long voices wait at least before they are played; null where the browser decides. */
  waitMs(): number | null;
  readonly timeline: Timeline;
}

interface Heard {
  readonly voice: VoiceWatch;
  readonly strip: StripWatch;
  cause: Cause;
  shown: Strip;
}

export class Hearing {
  private readonly log = new SpeechLog();
  private readonly gaps = new GapLedger();
  private readonly delay = new DelayWatch();
  private readonly heard = new Map<string, Heard>();
  private readonly rtts = new Map<string, number>();
  private readonly changed = new Set<() => void>();
  private timer: number | null = null;
  private lostTimer: number | null = null;
  private before = '';
  private told: DevicePause | null = null;
  private reportedRtt: number | null = null;
  private reportedAt = -Infinity;
  /** Words that did not arrive, one's own or the other's, while they are news. */
  lost: LostWords | null = null;

  constructor(private readonly options: HearingOptions) {}

  start(): void {
    this.timer = window.setInterval(() => this.tick(performance.now()), TICK_MS);
  }

  stop(): void {
    if (this.timer !== null) window.clearInterval(this.timer);
    this.timer = null;
    this.dismissLost();
  }

  onChange(listener: () => void): () => void {
    this.changed.add(listener);
    return () => this.changed.delete(listener);
  }

  /** Why somebody is not heard, if they are not, and what is shown of it. */
  of(participant: string): { readonly cause: Cause; readonly shown: Strip } {
    const { cause = 'off', shown = { kind: 'none', seconds: 0 } } =
      this.heard.get(participant) ?? {};
    return { cause, shown };
  }

  /** A delay to speak of; null when there is none, or it was hidden. */
  get delayMs(): number | null {
    return this.delay.delayMs;
  }

  dismissDelay(): void {
    this.delay.dismiss();
    this.tell();
  }

  dismissLost(): void {
    if (this.lostTimer !== null) window.clearTimeout(this.lostTimer);
    this.lostTimer = null;
    if (this.lost === null) return;
    this.lost = null;
    this.tell();
  }

  handleEvent(event: Event): void {
    const now = performance.now();
    if (event.type === 'welcome') {
      this.gaps.handleWelcome(event.now, !event.resumed, now);
      this.told = event.roster.find(({ id }) => id === event.you)?.device_paused ?? 'none';
      this.reportedRtt = null;
    } else if (event.type === 'voice_gap') this.handleGap(event);
    else if (event.type === 'far_delay') this.rtts.set(event.participant, event.rtt_ms);
    else if (event.type === 'words_lost' && this.gaps.isNews(event)) {
      this.showLost({ speaker: event.speaker, seconds: Math.round(event.ms / 1_000) });
    }
    this.handleDevices();
  }

  /** One's own devices may have paused, or be well again. */
  handleDevices(): void {
    const paused = this.options.paused();
    if (this.options.session.state !== 'open' || this.told === null || paused === this.told) return;
    this.told = paused;
    // One that was refused for haste is told by the next change, or the next welcome.
    this.send({ type: 'set_device', paused });
  }

  private handleGap(gap: VoiceGap): void {
    if (gap.speaker !== this.options.session.room.you) {
      this.gaps.handleOther(gap);
      return;
    }
    const words = this.gaps.handleOwn(gap, this.log, this.options.rttMs() ?? 0);
    if (words === null) return;
    this.options.timeline.handleWords({ ...words, speaker: gap.speaker }, performance.now());
    if (this.gaps.isNews(words))
      this.showLost({ speaker: null, seconds: Math.round(words.ms / 1_000) });
    void this.report(words);
  }

  private async report(words: ReportLostWords): Promise<void> {
    try {
      await this.options.session.request(words);
      this.gaps.handleTold(words.gap);
    } catch {
      // The line is gone: the gap is told again with the next welcome, and answered then.
    }
  }

  private showLost(lost: LostWords): void {
    this.dismissLost();
    this.lost = lost;
    this.lostTimer = window.setTimeout(() => this.dismissLost(), SHOW_LOST_MS);
    this.tell();
  }

  private tick(now: number): void {
    const { session, level, microphoneOn } = this.options;
    this.log.handleLevel(level(), microphoneOn(), now);
    const people = others(session.room);
    for (const person of people) this.look(person, now);
    for (const id of this.heard.keys())
      if (!people.some((person) => person.id === id)) this.heard.delete(id);
    const report = this.gaps.due(session.state === 'open', now);
    if (report !== null) this.send(report);
    this.watchDelay(people, now);
    const after = JSON.stringify(
      [...this.heard].map(([id, { cause, shown }]) => [id, cause, shown]),
    );
    if (after !== this.before) this.tell();
    this.before = after;
  }

  private look(person: ParticipantView, now: number): void {
    const known: Heard = this.heard.get(person.id) ?? {
      voice: new VoiceWatch(),
      strip: new StripWatch(),
      cause: 'off',
      shown: { kind: 'none', seconds: 0 },
    };
    this.heard.set(person.id, known);
    const paused = person.device_paused === 'microphone' || person.device_paused === 'both';
    const due = person.microphone && !paused;
    const gap = known.voice.handleLook(this.options.frame(person.id), due, now);
    if (gap !== null) {
      this.gaps.handleHeard(person.id, gap);
      this.options.timeline.handleHeard(person.id, gap);
    }
    const [gapMs, quietMs] = [known.voice.gapMs(now), known.voice.quietMs()];
    const unheardMs = this.gaps.unheardMs(person.id, now);
    const { microphone } = person;
    const unheard = unheardMs !== null;
    known.cause = causeOf({ microphone, paused, gapMs, unheard, quietMs });
    const longest = Math.max(gapMs ?? 0, unheardMs ?? 0);
    known.shown = known.strip.handle(known.cause, quietMs ?? 0, longest, now);
  }

  /** Both legs and what waits at their ends: as long as a word takes to be heard. */
  private watchDelay(people: readonly ParticipantView[], now: number): void {
    const own = this.options.rttMs();
    const far = people.map(({ id }) => this.rtts.get(id)).filter((rtt) => rtt !== undefined);
    const known = own !== null && far.length > 0;
    const before = this.delay.delayMs;
    const ends = DEVICES_MS + Math.max(BUFFER_MS, this.options.waitMs() ?? 0);
    this.delay.handleDelay(known ? (own + Math.max(...far)) / 2 + ends : null, now);
    if ((this.delay.delayMs === null) !== (before === null)) this.tell();
    if (own === null || this.options.session.state !== 'open') return;
    const moved = this.reportedRtt === null || Math.abs(own - this.reportedRtt) >= STEP_MS;
    if (!moved || now - this.reportedAt < REPORT_DELAY_MS) return;
    [this.reportedRtt, this.reportedAt] = [own, now];
    this.send({ type: 'report_delay', rtt_ms: Math.round(Math.min(own, 60_000)) });
  }

  private send(command: Command): void {
    this.options.session.request(command).catch(() => undefined);
  }

  private tell(): void {
    for (const listener of this.changed) listener();
  }
}
