/**
 * When the people of a session could not hear each other, whose side it was, and why: gathered from
 * what the gateway tells and what this page sees of its own line. Pure: `now` is in ms of this
 * page's clock; kept are the gateway's, for this page's may stand still while its machine sleeps.
 *
 * Rule 1: only what took a voice or a person away is here. That somebody is silent is no gap.
 * Rule 2: what is told twice counts once: by the gateway and by this page, by a voice and by a path.
 * Rule 3: it knows what this page has seen, no more, and says since when that is.
 */

import { type Gap, type Part, stretches, unionMs } from './timeline-parts';
import type { HeardGap } from './silence-cause';
import { isHere } from '../protocol/room';
import type {
  Event,
  ParticipantView,
  ReconnectCause,
  VoiceGap,
  Welcome,
  WordsLost,
} from '../protocol/wire';

export interface TimelineView {
  /** Into the session, in order; none shorter than a second. */
  readonly gaps: readonly Gap[];
  /** Of gaps that are over, the ones not shown among them. */
  readonly lostMs: number;
  /** Earlier ones that are not kept. */
  readonly earlier: number;
  /** Into the session: this page was not there before; null when it was from the beginning. */
  readonly sinceMs: number | null;
  readonly over: boolean;
}

/** A line that breaks more often needs no list of each; the earliest are counted only. */
const KEPT = 200;
/** Whoever comes in so soon has missed nothing. */
const LATE_MS = 5_000;
/** A gap that only this page heard gets its words by another number; they are told within this. */
const WORDS_MS = 60_000;

const OWN_PATH: Readonly<Record<ReconnectCause, Pick<Part, 'side' | 'cause'>>> = {
  network: { side: 'yours', cause: 'away' },
  device: { side: 'yours', cause: 'device' },
  page_hidden: { side: 'yours', cause: 'device' },
  server: { side: 'both', cause: 'service' },
};

export class Timeline {
  private parts: Part[] = [];
  private open = new Map<string, Part>();
  private roster = new Map<string, ParticipantView>();
  private you = '';
  private offset = 0;
  private startedAt: number | null = null;
  private knownFrom = 0;
  private closedAt: number | null = null;
  private earlier = 0;
  private earlierMs = 0;
  private earlierTo = -Infinity;

  handleEvent(event: Event, now: number): void {
    if (this.closedAt !== null) return;
    if (event.type === 'welcome') this.handleWelcome(event, now);
    else if (event.type === 'participant_changed') this.look(event.participant, this.at(now));
    else if (event.type === 'participant_left') this.forget(event.id, this.at(now));
    else if (event.type === 'voice_gap') this.handleGap(event);
    else if (event.type === 'words_lost') this.handleWords(event, now);
  }

  /** This page missed a voice that the gateway may have had. */
  handleHeard(speaker: string, { startedAt, endedAt }: HeardGap): void {
    const [from, to] = [this.at(startedAt), this.at(endedAt)];
    this.add({ side: 'yours', cause: 'network', speaker, gap: null, from, to, wordsMs: 0 });
  }

  /** Somebody was speaking in a gap, oneself among them. */
  handleWords({ gap, speaker, ms }: Pick<WordsLost, 'gap' | 'speaker' | 'ms'>, now: number): void {
    const found =
      this.parts.find((part) => part.gap === gap) ??
      this.parts.findLast(
        (part) =>
          part.gap === null &&
          part.cause === 'network' &&
          part.speaker === speaker &&
          this.at(now) - (part.to ?? Infinity) < WORDS_MS,
      );
    if (found !== undefined) found.wordsMs = ms;
  }

  /** One's own media path is down for this reason, or is up (null). */
  handlePath(lost: ReconnectCause | null, now: number): void {
    if (this.closedAt !== null) return;
    const known = this.open.get('path');
    // What it was may be known only later.
    if (lost !== null && known !== undefined) Object.assign(known, OWN_PATH[lost]);
    else if (lost !== null && this.inCompany) this.begin('path', OWN_PATH[lost], this.at(now));
    else if (lost === null) this.end('path', this.at(now));
  }

  /** The session is over for this page: what lasts now has no end here. */
  close(now: number): void {
    this.closedAt ??= this.at(now);
  }

  read(now: number): TimelineView {
    const at = this.closedAt ?? this.at(now);
    const start = this.startedAt ?? at;
    const gaps = stretches(this.parts, at).map((gap) => ({
      ...gap,
      from: Math.max(0, gap.from - start),
      to: Math.max(0, gap.to - start),
    }));
    return {
      gaps,
      lostMs: this.earlierMs + unionMs(gaps.filter(({ lasts }) => !lasts)),
      earlier: this.earlier,
      sinceMs: this.knownFrom - start > LATE_MS ? this.knownFrom - start : null,
      over: this.closedAt !== null,
    };
  }

  private handleWelcome(welcome: Welcome, now: number): void {
    this.offset = welcome.now - now;
    const at = this.at(now);
    if (this.startedAt === null) this.knownFrom = at;
    this.startedAt ??= welcome.started_at;
    this.you = welcome.you;
    // Those that last are told again after this.
    for (const key of this.open.keys()) if (key.startsWith('gap ')) this.end(key, at);
    // A gateway that began anew counts anew.
    if (!welcome.resumed) for (const part of this.parts) part.gap = null;
    for (const id of this.roster.keys())
      if (!welcome.roster.some((other) => other.id === id)) this.forget(id, at);
    for (const person of welcome.roster) this.look(person, at);
  }

  private handleGap({ gap, speaker, listener, started_at: from, ended_at: to }: VoiceGap): void {
    if (speaker === this.you && !this.inCompany) return;
    const key = `gap ${String(gap)}`;
    const known = this.parts.find((part) => part.gap === gap);
    if (known === undefined) {
      const side = speaker === this.you && listener === null ? 'yours' : 'theirs';
      const part: Part = { side, cause: 'network', speaker, gap, from, to, wordsMs: 0 };
      this.add(part);
      if (to === null) this.open.set(key, part);
      return;
    }
    known.to = to;
    if (to === null) this.open.set(key, known);
    else this.open.delete(key);
  }

  /** What may have begun or ended with one person. */
  private look(person: ParticipantView, at: number): void {
    const before = this.roster.get(person.id);
    this.roster.set(person.id, person);
    this.lookAtDevice(person, at);
    // One's own path is seen from here: the gateway's word of it comes late.
    if (person.id !== this.you) this.lookAtPath(person, before, at);
    if (!isHere(person)) this.endVoice(person.id, at);
  }

  private lookAtDevice(person: ParticipantView, at: number): void {
    const { id, microphone, device_paused: paused } = person;
    const silent = microphone && (paused === 'microphone' || paused === 'both');
    const side = id === this.you ? 'yours' : 'theirs';
    if (!silent || !isHere(person)) this.end(`device ${id}`, at);
    else if (this.inCompany) this.begin(`device ${id}`, { side, cause: 'device' }, at, id);
  }

  private lookAtPath(
    person: ParticipantView,
    before: ParticipantView | undefined,
    at: number,
  ): void {
    const { id, presence, link } = person;
    const up = link === 'connected';
    // Who was offline before this page came was lost to nobody.
    const wasHere = isHere(person) || (before !== undefined && isHere(before));
    const lost = (presence !== 'present' && !up) || link === 'disconnected';
    if (lost && wasHere) this.begin(`away ${id}`, { side: 'theirs', cause: 'away' }, at, id);
    else if (presence === 'present' && up) this.end(`away ${id}`, at);
  }

  private forget(id: string, at: number): void {
    this.roster.delete(id);
    this.end(`device ${id}`, at);
    this.end(`away ${id}`, at);
    this.endVoice(id, at);
  }

  /** The gateway does not tell the end of a gap of whose seat is nobody's any more. */
  private endVoice(speaker: string, at: number): void {
    for (const [key, part] of this.open)
      if (part.gap !== null && part.speaker === speaker) this.end(key, at);
  }

  /** Somebody else is there: alone, one loses no time. */
  private get inCompany(): boolean {
    return [...this.roster.values()].some((other) => other.id !== this.you && isHere(other));
  }

  private begin(
    key: string,
    what: Pick<Part, 'side' | 'cause'>,
    from: number,
    speaker = this.you,
  ): void {
    if (this.open.has(key)) return;
    const part: Part = { ...what, speaker, gap: null, from, to: null, wordsMs: 0 };
    this.open.set(key, part);
    this.add(part);
  }

  private end(key: string, to: number): void {
    const part = this.open.get(key);
    if (part !== undefined) part.to = to;
    this.open.delete(key);
  }

  private add(part: Part): void {
    this.parts.push(part);
    if (this.parts.length <= KEPT) return;
    const oldest = this.parts.findIndex(({ to }) => to !== null);
    const [{ from, to } = { from: 0, to: 0 }] = this.parts.splice(oldest, 1);
    const begins = Math.max(from, this.earlierTo);
    if ((to ?? 0) - begins < 1_000) return;
    this.earlier += 1;
    this.earlierMs += (to ?? 0) - begins;
    this.earlierTo = to ?? 0;
  }

  private at(now: number): number {
    return now + this.offset;
  }
}
