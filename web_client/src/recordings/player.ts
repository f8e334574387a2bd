/**
 * K9 回看: a recording, both people side by side and in step.
 *
 * Rule 1: one clock leads, and every sound and picture follows it (player-clock.ts, cast.ts).
 * Rule 2: what was really played is told to the audit, every ten seconds and at each pause.
 * Rule 3: when the gateway gives no more of it, all of it is gone from the page at once.
 */

import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { askForFile, gateOf, isPassing, openRecording, seenNow, whyStopped } from './calls';
import { Cast } from './cast';
import { EnergyTrack } from './energy';
import { Failures } from './failures';
import { clockOf, type Lane, lanesOf, type Mark, marksOf } from './lanes';
import { activeAt, nearAt, PlayerClock, type Span } from './player-clock';
import { controls, isOwnKey, keyHints, markList } from './player-controls';
import { nextSpeed, perform, type PlayerAct, playerAct } from './player-keys';
import { stage, stageStyle } from './player-stage';
import { playerStyle } from './player-style';
import { legend, timeline, timelineStyle } from './player-timeline';
import { Voices } from './voices';
import { type Failure, WatchTeller } from './watch-teller';
import { factsLine, purposeBanner, titleOf, watchMark, whenIt } from './words';
import { type Key, t } from '../i18n/language';
import type { FileSeen, RecordingOpened } from '../protocol/bodies';
import { base, buttons, QuietElement } from '../ui/element';
import { deepActive } from '../ui/focus';
import { keysOn, setKeysOn } from '../ui/keys';
import { isSheetOpen } from '../ui/sheet';

const TICK_MS = 100;
const TELL_MS = 10_000;
/** How often it is asked, while it plays, whether it still may. */
const ASK_MS = 2_000;
/** So long before it is seen, a file is fetched. */
const AHEAD_MS = 5_000;
/** A wait shorter than this is none that anybody is told of. */
const PATIENCE_MS = 600;

@customElement('qr-player')
export class Player extends QuietElement {
  static override styles = [base, buttons, stageStyle, timelineStyle, playerStyle];

  @property() recording = '';
  @state() private opened: RecordingOpened | null = null;
  @state() private stopped: Key | null = null;
  @state() private positionMs = 0;
  @state() private playing = false;
  @state() private late = false;
  @state() private said = '';
  @state() private speaking: ReadonlySet<string> = new Set();
  @state() private attempt = 0;
  @state() private letters = keysOn();
  private lanes: readonly Lane[] = [];
  private marks: readonly Mark[] = [];
  private clock = new PlayerClock(0, []);
  private energy: ReadonlyMap<string, EnergyTrack> = new Map();
  private elements: ReadonlyMap<number, HTMLMediaElement> = new Map();
  private openedAt = 0;
  private waitingSince: number | null = null;
  private readonly cast = new Cast();
  private failures = new Failures();
  private readonly voices = new Voices();
  private readonly teller = new WatchTeller(() => this.recording);

  override connectedCallback(): void {
    super.connectedCallback();
    this.every(TICK_MS, () => this.handleTick());
    this.every(TELL_MS, () => void this.tell());
    this.every(ASK_MS, () => void this.askWhether());
    const onKey = (event: KeyboardEvent): void => this.handleKey(event);
    const onHide = (): void => this.tellLast();
    window.addEventListener('keydown', onKey);
    window.addEventListener('pagehide', onHide);
    this.while(() => window.removeEventListener('keydown', onKey));
    this.while(() => window.removeEventListener('pagehide', onHide));
    void this.load();
  }

  private every(ms: number, what: () => void): void {
    const timer = window.setInterval(what, ms);
    this.while(() => window.clearInterval(timer));
  }

  override disconnectedCallback(): void {
    this.note(this.clock.pause(performance.now()));
    void this.tell();
    this.voices.close();
    super.disconnectedCallback();
  }

  override render() {
    const { opened } = this;
    return html`
      <main data-testid="player" data-playing=${this.playing}>
        <button class="link back" data-testid="leave-player" @click=${() => this.leave()}>
          ${t('recs.player.back')}
        </button>
        <div class="head">
          <h1 tabindex="-1">${opened === null ? t('recs.player') : titleOf(opened.seen)}</h1>
          ${
            opened === null
              ? nothing
              : html`
                  <p class="quiet">${whenIt(opened.seen)} · ${factsLine(opened.seen)}</p>
                `
          }
        </div>
        ${opened === null ? this.closed() : this.page(opened)}
        <p class="unseen" role="status" data-testid="player-said">${this.said}</p>
      </main>
    `;
  }

  /** There are files of what was captured while it rendered: each by its number. */
  override updated(): void {
    const found = [...this.renderRoot.querySelectorAll<HTMLMediaElement>('[data-file]')];
    const elements = new Map(found.map((each) => [Number(each.dataset.file), each] as const));
    for (const [number, before] of this.elements)
      if (elements.get(number) !== before) this.voices.forget(before);
    this.elements = elements;
  }

  private closed() {
    const words = this.stopped ?? 'recs.opening';
    const again = this.stopped === 'recs.stopped.unreachable';
    return html`
      <p class="calm" role="status" data-testid="stopped">${t(words)}</p>
      ${
        again
          ? html`
              <button class="plain" data-testid="again" @click=${() => void this.load()}>
                ${t('recs.again')}
              </button>
            `
          : nothing
      }
    `;
  }

  private page(opened: RecordingOpened) {
    const { seen } = opened;
    return html`
      <p class="banner" data-testid="banner">
        <svg viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="5" /></svg>
        <span>${purposeBanner(seen.purposes, Date.now())}</span>
      </p>
      ${this.stage(opened)} ${this.timeline(opened)} ${this.controls()}
      ${markList(this.marks, (ms) => this.seek(ms))}
      <p class="small">${t('recs.player.note')}</p>
      ${keyHints(this.letters, (on) => this.setLetters(on))}
    `;
  }

  private stage(opened: RecordingOpened) {
    return stage({
      recording: this.recording,
      lanes: this.lanes,
      near: nearAt(opened.files, opened.held, this.positionMs, AHEAD_MS),
      positionMs: this.positionMs,
      watcher: watchMark(opened.watcher, this.openedAt),
      attempt: this.attempt,
      speaking: this.speaking,
      lost: this.failures.lost,
      handleError: (event) => void this.handleError(event),
    });
  }

  private timeline(opened: RecordingOpened) {
    const { lanes, energy, positionMs } = this;
    return html`
      <div>
        ${timeline({
          lanes,
          held: opened.held,
          lengthMs: opened.length_ms,
          positionMs,
          energy,
          handlePlace: (ms) => this.seek(ms),
        })}
        ${legend(
          lanes.some(({ gaps }) => gaps.length > 0),
          opened.held.length > 0,
        )}
      </div>
    `;
  }

  private controls() {
    return controls({
      playing: this.playing,
      speed: this.clock.speed,
      late: this.late,
      toggle: () => void this.toggle(),
      leap: (ms) => this.leap(ms),
      setSpeed: (speed) => this.setSpeed(speed),
    });
  }

  // --- what is played ---------------------------------------------------------------------------

  private async load(): Promise<void> {
    const at = this.positionMs;
    this.stopped = null;
    const answer = await openRecording(this.recording);
    if (!this.isConnected) return;
    if (answer.kind !== 'done') {
      await this.stop(answer);
      return;
    }
    const { files, held, length_ms: lengthMs } = answer.said;
    this.lanes = lanesOf(files);
    this.marks = marksOf(this.lanes, answer.said);
    if (this.energy.size === 0)
      this.energy = new Map(this.lanes.map(({ party }) => [party, new EnergyTrack()]));
    this.clock = new PlayerClock(lengthMs, held);
    this.clock.seek(at, performance.now());
    this.cast.mend();
    this.failures = new Failures();
    this.attempt += 1;
    this.opened = answer.said;
    this.openedAt = Date.now();
    this.positionMs = this.clock.positionMs;
  }

  private handleTick(): void {
    const { opened, clock } = this;
    if (opened === null) return;
    const now = performance.now();
    this.note(clock.handleTick(now));
    const active = activeAt(opened.files, clock.positionMs);
    const beat = {
      positionMs: clock.positionMs,
      speed: clock.speed,
      wanted: clock.playing,
      moving: clock.moving,
    };
    this.note(clock.handleReady(this.cast.follow(this.elements, active, beat), now));
    this.measure(active);
    this.show(now);
  }

  private show(now: number): void {
    const { clock } = this;
    if (this.playing && !clock.playing && clock.ended) this.handleEnd();
    this.positionMs = clock.positionMs;
    this.playing = clock.playing;
    if (!clock.waiting) this.waitingSince = null;
    else this.waitingSince ??= now;
    this.late = this.waitingSince !== null && now - this.waitingSince > PATIENCE_MS;
  }

  private handleEnd(): void {
    this.said = t('recs.player.ended');
    void this.tell();
  }

  private measure(active: readonly FileSeen[]): void {
    if (!this.clock.moving) return;
    this.speaking = this.voices.speakers(active, this.elements, this.energy, this.clock.positionMs);
  }

  private async toggle(): Promise<void> {
    if (this.opened === null) return;
    const { clock } = this;
    if (clock.playing) {
      this.note(clock.pause(performance.now()));
      this.said = t('recs.player.paused', { at: clockOf(clock.positionMs) });
      this.speaking = new Set();
      this.handleTick();
      await this.tell();
      return;
    }
    await this.voices.begin();
    clock.play(performance.now());
    this.said = t('recs.player.started');
    this.handleTick();
  }

  private seek(ms: number): void {
    this.note(this.clock.seek(ms, performance.now()));
    this.handleTick();
  }

  private leap(ms: number): void {
    this.seek(this.clock.positionMs + ms);
  }

  private setSpeed(speed: number): void {
    this.note(this.clock.setSpeed(speed, performance.now()));
    this.requestUpdate();
  }

  private setLetters(on: boolean): void {
    setKeysOn(on);
    this.letters = on;
  }

  private handleKey(event: KeyboardEvent): void {
    if (this.opened === null || isSheetOpen() || isOwnKey(deepActive(), event.key)) return;
    const act = playerAct(event, this.opened.length_ms, this.letters);
    if (act === null) return;
    event.preventDefault();
    this.do(act);
  }

  private do(act: PlayerAct): void {
    perform(act, {
      toggle: () => void this.toggle(),
      by: (ms) => this.leap(ms),
      to: (ms) => this.seek(ms),
      speed: (faster) => this.setSpeed(nextSpeed(this.clock.speed, faster)),
    });
  }

  // --- what is told, and the end of it ----------------------------------------------------------

  private note(played: readonly Span[]): void {
    this.teller.note(played);
  }

  private async tell(): Promise<void> {
    const { count, refusal } = await this.teller.tell();
    // Who watches is there, also without a touch.
    if (count > 0) this.say('watching');
    if (refusal !== null) await this.stop(refusal);
  }

  /** What the browser has already is not played on either, once it was taken back. */
  private async askWhether(): Promise<void> {
    const file = this.opened?.files.find(({ number }) => !this.failures.lost.has(number));
    if (file === undefined || !this.clock.playing) return;
    const answer = await askForFile(this.recording, file.number);
    if (answer.kind === 'refused' && !isPassing(answer.code) && this.opened !== null)
      await this.stop(answer);
  }

  private tellLast(): void {
    this.note(this.clock.pause(performance.now()));
    this.teller.tellLast();
  }

  private async handleError(event: Event): Promise<void> {
    const element = event.target as HTMLMediaElement;
    const number = Number(element.dataset.file);
    const { attempt } = this;
    const answer = await askForFile(this.recording, number);
    if (attempt !== this.attempt || this.opened === null) return;
    const isNetwork = element.error?.code === MediaError.MEDIA_ERR_NETWORK;
    if (answer.kind !== 'done') await this.handleRefused(number, answer);
    else if (isNetwork && this.failures.again(number, performance.now())) this.attempt += 1;
    else this.giveUp(number, this.opened, isNetwork);
  }

  /** What may be played and is not there was spoilt where it lies; else it is given no more. */
  private async handleRefused(number: number, answer: Failure): Promise<void> {
    const { opened } = this;
    const gone = answer.kind === 'refused' && answer.code === 'not_found';
    const now = gone && opened ? await seenNow(this.recording, opened.seen.client.id) : null;
    if (opened !== null && now?.may_play === true) this.giveUp(number, opened, true);
    else await this.stop(answer);
  }

  /** One of several that cannot be played is left out; of none there is nothing to play. */
  private giveUp(number: number, { files }: RecordingOpened, spoilt: boolean): void {
    this.cast.handleBroken(number);
    if (!this.failures.leaveOut(number, files))
      this.end(spoilt ? 'recs.stopped.shut' : 'recs.stopped.unplayable');
    else if (spoilt) this.said = t('recs.player.part');
    this.requestUpdate();
  }

  private async stop(answer: Failure): Promise<void> {
    const now = seenNow(this.recording, this.opened?.seen.client.id ?? '');
    this.end(null);
    const gate = answer.kind === 'refused' ? gateOf(answer.code) : null;
    if (gate !== null) this.say('gate', gate);
    else this.end(whyStopped(answer, (await now) ?? null));
  }

  /** Nothing of it stays in the page. */
  private end(why: Key | null): void {
    this.clock.pause(performance.now());
    for (const element of this.elements.values()) {
      element.removeAttribute('src');
      element.load();
    }
    this.opened = null;
    this.playing = false;
    this.speaking = new Set();
    this.stopped = why;
    this.said = why === null ? '' : t(why);
  }

  private leave(): void {
    this.say('leave-player', this.opened?.seen.client.id ?? '');
  }
}
