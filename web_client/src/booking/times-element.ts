/** Beside where one writes: find a time, choose it, and be asked before an hour is cancelled. */

import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';

import { Arranging } from './arranging';
import type { Wish } from './booking-card';
import './time-picker';
import { momentOf } from '../i18n/dates';
import { t } from '../i18n/language';
import type { BookingCard } from '../protocol/wire';
import { base, buttons, QuietElement } from '../ui/element';
import '../ui/sheet';

const HOUR_MS = 3_600_000;

@customElement('qr-thread-times')
export class ThreadTimes extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      .chips {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 8px;
        margin: 8px 12px 0;
      }
      .chip {
        padding-inline: 16px;
        border-radius: 999px;
      }
      .trouble {
        padding: 8px 16px 0;
        color: var(--amber);
        font-size: var(--caption);
      }
      .choices {
        display: grid;
        gap: 12px;
        margin-block-start: 16px;
      }
    `,
  ];

  /** Of one element always the same. */
  @property() thread = '';
  @property({ type: Boolean }) counsels = false;
  /** What is being written: a day it names is shown first. */
  @property() words = '';
  /** What the clinic asks for before an hour is cancelled. */
  @property({ type: Number }) noticeHours = 24;
  @state() private ending: BookingCard | null = null;
  private made: Arranging | null = null;
  private wasIdle = true;

  /** Somebody wants something done with a card. */
  handle({ card, deed }: Wish): void {
    if (deed === 'cancel') this.ending = card;
    else if (deed === 'move' || deed === 'another') void this.arranging.open('', card);
    else void this.arranging.answer(card, deed);
  }

  get busy(): boolean {
    return this.arranging.answering;
  }

  override render() {
    const { state: arrangement } = this.arranging;
    return html`
      ${this.trouble()}
      ${
        arrangement.kind === 'idle'
          ? html`
              <div class="chips">
                <button class="plain chip" data-testid="find-time" @click=${() => this.open()}>
                  ${t(this.counsels ? 'booking.suggest' : 'booking.find')}
                </button>
                <slot></slot>
              </div>
            `
          : html`
              <qr-time-picker
                .arrangement=${arrangement}
                ?counsels=${this.counsels}
                @choose-time=${(event: CustomEvent<number>) => void this.arranging.choose(event.detail)}
                @close-times=${() => this.arranging.close()}
              ></qr-time-picker>
            `
      }
      ${this.ending === null ? nothing : this.sure(this.ending)}
    `;
  }

  /** Who has chosen, or closed it, goes on where they began. */
  override updated(): void {
    const idle = this.arranging.state.kind === 'idle';
    if (idle && !this.wasIdle) this.renderRoot.querySelector<HTMLElement>('.chip')?.focus();
    this.wasIdle = idle;
  }

  private get arranging(): Arranging {
    this.made ??= new Arranging({ thread: this.thread, changed: () => this.handleChanged() });
    return this.made;
  }

  private open(): void {
    void this.arranging.open(this.words);
  }

  private handleChanged(): void {
    this.requestUpdate();
    this.say('arranging-changed');
  }

  private trouble() {
    const { trouble } = this.arranging;
    if (trouble === null) return nothing;
    const key = (
      { old: 'booking.old', taken: 'booking.taken.none', away: 'booking.away' } as const
    )[trouble];
    return html`
      <p class="trouble" role="status">${t(key)}</p>
    `;
  }

  private sure(card: BookingCard) {
    const begins = card.agreed?.starts_at ?? 0;
    const late = Date.now() > begins - this.noticeHours * HOUR_MS;
    return html`
      <qr-sheet
        .heading=${t('booking.sure', { when: momentOf(begins) })}
        @close-sheet=${() => (this.ending = null)}
      >
        <p>${t(late ? 'booking.policy.late' : 'booking.policy', { hours: this.noticeHours })}</p>
        <div class="choices">
          <button class="plain" data-testid="cancel-hour" @click=${() => this.cancel(card)}>
            ${t('booking.sure.yes')}
          </button>
          <button class="plain" @click=${() => (this.ending = null)}>
            ${t('booking.sure.no')}
          </button>
        </div>
      </qr-sheet>
    `;
  }

  private cancel(card: BookingCard): void {
    this.ending = null;
    void this.arranging.answer(card, 'cancel');
  }
}
