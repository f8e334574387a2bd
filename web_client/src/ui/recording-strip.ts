/**
 * What goes on with a recording, on every screen of the room: plum, in words, with a shape of its own. Whether it can be
 * seen is said to the gateway from here: without that nothing is recorded.
 */

import { css, html, nothing, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';

import { base, buttons, QuietElement } from './element';
import { FocusKeeper } from './focus';
import { IndicatorWatch } from './indicator-watch';
import { send } from './recording-acts';
import { type Key, t } from '../i18n/language';
import type { Call } from '../media/call';
import { Heartbeats } from '../recording/heartbeats';
import { READ_MS } from '../recording/answering';
import { isIndicated, type Mark, type RecordingView } from '../recording/view';
import { badgeWords } from '../recording/words';
import type { Recording, RecordingCommand } from '../protocol/recording';

interface Act {
  readonly word: Key;
  readonly command: RecordingCommand;
  readonly look?: string;
}

const STOP: Act = { word: 'rec.stop', command: { type: 'stop_recording' } };

@customElement('qr-recording-strip')
export class RecordingStrip extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      /* Over every sheet of the room: none of them hides it. */
      :host {
        position: relative;
        z-index: 30;
      }
      .strip {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 4px;
        padding-inline: 12px 4px;
        border-radius: var(--round-card);
        border: 1px solid transparent;
        background: var(--surface);
        line-height: 1.35;
      }
      .strip.solid,
      .strip.hollow {
        background: var(--zi-ground);
        color: var(--zi);
        border-color: var(--zi);
      }
      .badge {
        display: flex;
        align-items: center;
        gap: 8px;
        flex: 1 1 auto;
        padding: 8px 4px 8px 0;
        text-align: start;
        font-weight: 600;
        font-variant-numeric: tabular-nums;
      }
      svg {
        flex: none;
        inline-size: 14px;
        block-size: 14px;
        fill: none;
        stroke: currentColor;
        stroke-width: 4;
      }
      .solid svg {
        fill: currentColor;
      }
      .acts {
        display: flex;
        margin-inline-start: auto;
      }
      .acts button {
        padding-inline: 12px;
        white-space: nowrap;
        text-decoration: underline;
        text-decoration-thickness: 1px;
        text-underline-offset: 4px;
      }
      /* Five seconds, and a thumb: it is there to be hit. */
      .acts .big {
        min-block-size: 48px;
        margin-block: 4px;
        margin-inline-end: 4px;
        padding-inline: 16px;
        border: 2px solid currentColor;
        font-weight: 600;
        text-decoration: none;
      }
      .acts button:hover {
        text-decoration-thickness: 2px;
      }
      .tag {
        flex-basis: 100%;
        padding-block-end: 6px;
        font-size: var(--caption);
      }
      /* Without its colour it is told from all else by a thick frame, whole or broken, and by its shape. */
      @media (forced-colors: active) {
        .strip.solid,
        .strip.hollow {
          border: 4px solid CanvasText;
        }
        .strip.hollow {
          border-style: dashed;
        }
        .badge {
          border: 0;
        }
      }
      @media (max-width: 640px) {
        .strip {
          font-size: 0.9375rem;
        }
        .badge,
        .acts button {
          min-block-size: 44px;
          padding-block: 4px;
        }
        .acts button {
          min-inline-size: 48px;
          padding-inline: 6px;
        }
        .acts .big {
          min-block-size: 48px;
          padding-inline: 14px;
        }
      }
      @media (max-width: 400px) {
        .strip {
          padding-inline: 10px 4px;
        }
        .badge {
          gap: 6px;
        }
      }
      @media (max-width: 360px) {
        .strip {
          gap: 0;
          padding-inline: 8px 0;
          font-size: 0.875rem;
        }
        .badge {
          padding-inline-end: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) call!: Call;
  @property({ attribute: false }) recording!: Recording;
  @property({ attribute: false }) view!: RecordingView;
  private watch: IndicatorWatch | null = null;
  private readonly kept = new FocusKeeper();
  private readonly heights = new ResizeObserver(() => this.tellHeight());
  private readonly beats = new Heartbeats();
  private timer: number | undefined;
  /** Since when it is offered to say that nobody is beside oneself any more. */
  private besideAt: number | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.while(() => window.clearTimeout(this.timer));
    this.while(() => this.lookAway());
    this.heights.observe(this);
    this.while(() => this.heights.disconnect());
    this.while(() => document.documentElement.style.removeProperty('--strip'));
  }

  override render() {
    const { mark } = this.view;
    return html`
      <div
        class="strip ${mark}"
        role="group"
        aria-label=${t('rec.controls')}
        data-testid="recording"
        data-stage=${this.view.stage}
      >
        ${this.line(mark)}
        <span class="acts">${this.acts()}</span>
        ${this.view.excluded.map(
          (medium) => html`
            <p class="tag" data-testid="not-recorded">${t(`rec.excluded.${medium}`)}</p>
          `,
        )}
      </div>
    `;
  }

  override willUpdate(): void {
    this.kept.mark();
  }

  override updated(): void {
    this.kept.restore(/^qr-recording-strip$/, () =>
      this.renderRoot.querySelector<HTMLElement>('button.badge'),
    );
    const strip = this.renderRoot.querySelector('.strip');
    if (strip !== null) this.watch ??= new IndicatorWatch(strip, () => this.beat());
    const beside = this.renderRoot.querySelector('[data-testid="say_beside"]') !== null;
    this.besideAt = beside ? (this.besideAt ?? performance.now()) : null;
    this.beat();
  }

  private line(mark: Mark) {
    const { you, roster } = this.call.session.room;
    if (mark === 'none' && this.view.stage === 'requested') {
      return html`
        <p class="badge" data-testid="recording-asked">${this.asked()}</p>
      `;
    }
    const nameOf = (id: string): string => roster.find((each) => each.id === id)?.name ?? '';
    const words = badgeWords(this.view, this.recording, nameOf, you);
    return html`
      <button
        class="badge"
        data-testid="recording-badge"
        aria-label=${`${words}. ${t('rec.badge.open')}`}
        @click=${() => this.say('open-trust')}
      >
        ${mark === 'none' ? nothing : svg`<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9" /></svg>`}
        <span>${words}</span>
      </button>
    `;
  }

  private asked(): string {
    const { you_asked: youAsked, agreed, asked } = this.recording;
    const some = asked > 2 ? ` · ${t('rec.waiting.some', { agreed, asked })}` : '';
    return t(youAsked ? 'rec.waiting' : 'rec.agreed') + some;
  }

  private acts() {
    return repeat(
      this.offered(),
      // Pause and go on are one button, and stop stays one: whoever is on it stays there.
      ({ command: { type } }) => (type === 'pause_recording' ? 'resume_recording' : type),
      ({ word, command, look }) => this.act(word, command, look),
    );
  }

  private offered(): readonly Act[] {
    const { request, you_asked: youAsked } = this.recording;
    switch (this.view.stage) {
      case 'requested':
        return youAsked
          ? [{ word: 'rec.cancel', command: { type: 'cancel_recording', request } }]
          : [{ word: 'rec.call_off', command: { type: 'decline_recording', request } }];
      case 'arming':
        return [{ ...STOP, word: 'rec.call_off', look: 'big' }];
      case 'recording':
        return [{ word: 'rec.pause', command: { type: 'pause_recording' } }, STOP];
      case 'hold':
        return [...this.lifts(), STOP];
      case 'finalising':
      case 'off':
        return [];
    }
  }

  /** What of a hold is this person's own to lift; a pause first. */
  private lifts(): readonly Act[] {
    if (this.view.mayResume) return [{ word: 'rec.resume', command: { type: 'resume_recording' } }];
    if (this.view.hold?.reason !== 'beside' || !this.recording.you_beside) return [];
    return [{ word: 'rec.beside.gone', command: { type: 'say_beside', there: false } }];
  }

  private act(word: Key, command: RecordingCommand, look = '') {
    return html`
      <button class=${look} data-testid=${command.type} @click=${() => this.tap(command)}>
        ${t(word)}
      </button>
    `;
  }

  /** A tap that was meant for what stood there before does not say that somebody is gone. */
  private tap(command: RecordingCommand): void {
    const shown = this.besideAt === null ? Infinity : performance.now() - this.besideAt;
    if (command.type === 'say_beside' && shown < READ_MS) return;
    void send(this.call, command);
  }

  /** Say what can be seen here, when it is time to. */
  private beat(): void {
    const said = this.beats.handle(this.displayed, performance.now());
    if (said !== null) {
      this.call.session.request(said).catch(() => this.beats.forget());
    }
    window.clearTimeout(this.timer);
    const due = this.beats.nextDeadline();
    if (due === null) return;
    this.timer = window.setTimeout(() => this.beat(), Math.max(0, due - performance.now()));
  }

  private get displayed() {
    const { stage, request } = this.recording;
    const shows = this.isConnected && this.watch?.seen === true && this.view.stage === stage;
    return shows && this.call.session.state === 'open' && isIndicated(stage)
      ? { stage, request }
      : null;
  }

  /** In a low window it stands over the room, which keeps so much clear of it (room-layout.ts). */
  private tellHeight(): void {
    const { style } = document.documentElement;
    style.setProperty('--strip', `${Math.ceil(this.getBoundingClientRect().height)}px`);
  }

  private lookAway(): void {
    this.watch?.stop();
    this.watch = null;
  }
}
