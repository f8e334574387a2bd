/** The slim bar above the room: the soft clock of the hour, five minutes more, and the way to what a danger needs. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { DeskElement } from './desk-element';
import { clockWords, type Nudge, nudgeOf, nudgeWords, oneMore } from './hour-clock';
import { troubleOf } from './views';
import { base, buttons } from '../ui/element';
import { type Key, t } from '../i18n/language';
import type { Appointment, Time } from '../protocol/bodies';

const EVERY_MS = 15_000;
const TICK_MS = 1_000;
const NOTE_MS = 8_000;

@customElement('qr-desk-bar')
export class DeskBar extends DeskElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 8px;
        min-block-size: 48px;
        padding-inline: 16px;
        background: var(--surface);
        color: var(--ink);
      }
      .who {
        font-weight: 600;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        max-inline-size: 14em;
      }
      .clock {
        color: var(--ink-2);
        padding: 2px 12px;
        border-radius: var(--round-control);
      }
      /* A nudge changes the words and nothing else: no sound, no motion, no colour of alarm. */
      .clock.ten,
      .clock.five,
      .clock.over {
        color: var(--ink);
        font-weight: 600;
      }
      .clock.five,
      .clock.over {
        background: var(--sunken);
      }
      .note {
        color: var(--ink-2);
      }
      .held {
        color: var(--ink-2);
        font-size: var(--caption);
      }
      /* Where there is little room it is the room's. */
      @media (max-width: 767px) {
        .held {
          display: none;
        }
      }
      .acts {
        display: flex;
        flex-wrap: wrap;
        margin-inline-start: auto;
      }
      button {
        padding-inline: 12px;
      }
      .safety {
        color: var(--zhe);
        font-weight: 600;
      }
      .safety:hover {
        background: var(--zhe-ground);
      }
    `,
  ];

  @property() hour = '';
  /** In the room itself: the way back to the day would leave somebody alone there. */
  @property({ type: Boolean }) inside = false;
  /** Whether the panel for a danger is open beside the room. */
  @property({ type: Boolean }) open = false;
  @state() private appointment: Appointment | null = null;
  @state() private nudge: Nudge = 'none';
  @state() private note: Key | null = null;
  @state() private sending = false;
  private noteTimer: number | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.everyWhileSeen(EVERY_MS, () => void this.look());
    const timer = window.setInterval(() => this.handleTick(), TICK_MS);
    this.while(() => window.clearInterval(timer));
    this.while(() => window.clearTimeout(this.noteTimer));
  }

  override render() {
    const hour = this.appointment;
    return html`
      ${hour === null ? nothing : this.clock(hour)}
      ${
        this.inside
          ? html`
              <span class="held" data-testid="in-session">${t('quiet.room')}</span>
            `
          : nothing
      }
      <p class="unseen" role="status" data-testid="nudge">${nudgeWords(this.nudge)}</p>
      <p class="note" role="status" data-testid="bar-note">
        ${this.note === null ? nothing : t(this.note)}
      </p>
      <div class="acts">
        ${
          this.inside
            ? this.more()
            : html`
                <button class="link" data-testid="back" @click=${() => this.say('open-today')}>
                  ${t('desk.today.back')}
                </button>
              `
        }
        <button
          class="safety"
          data-testid="safety"
          aria-expanded=${this.open}
          aria-keyshortcuts="F9"
          @click=${() => this.say('open-safety', this.hour)}
        >
          ${t('desk.safety.open')}
        </button>
      </div>
    `;
  }

  private clock(hour: Appointment) {
    return html`
      <span class="who">${hour.client.name}</span>
      <span class="clock ${this.nudge}" data-testid="clock" data-nudge=${this.nudge}>
        ${clockWords(hour, Date.now())}
      </span>
    `;
  }

  private more() {
    const more = this.appointment === null ? null : oneMore(this.appointment);
    return html`
      <button
        class="link"
        data-testid="more-time"
        ?disabled=${more === null}
        @click=${() => void this.giveTime(more)}
      >
        ${t('desk.more')}
      </button>
    `;
  }

  private async look(): Promise<void> {
    const answer = await this.ask<Appointment>('GET', `appointments/${this.hour}`);
    // A clock that misses an answer goes on by the one before.
    if (answer.kind === 'done') this.take(answer.said);
  }

  private take(hour: Appointment): void {
    this.appointment = hour;
    this.say('hours', [hour]);
    this.handleTick();
  }

  private handleTick(): void {
    if (this.appointment === null) return;
    this.nudge = nudgeOf(this.appointment, Date.now());
    this.requestUpdate();
  }

  private async giveTime(more: number | null): Promise<void> {
    if (more === null || this.sending) return;
    this.sending = true;
    const body: Time = { more_minutes: more };
    const answer = await this.ask<Appointment>('PUT', `appointments/${this.hour}/time`, body);
    this.sending = false;
    if (answer.kind === 'done') this.take(answer.said);
    this.noteFor(troubleOf(answer) ?? 'desk.more.done');
  }

  private noteFor(key: Key): void {
    this.note = key;
    window.clearTimeout(this.noteTimer);
    this.noteTimer = window.setTimeout(() => (this.note = null), NOTE_MS);
  }
}
