/** One card of an hour, in a thread: what was done, how things are, and what can be answered. */

import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { type Deed, deedsOf, isAsked, noteOf, saidBy } from './card';
import { momentOf, timeElsewhere } from '../i18n/dates';
import { type Key, t } from '../i18n/language';
import type { BookingCard, BookingSide, CardTime } from '../protocol/wire';
import { base, buttons, QuietElement } from '../ui/element';
import { giveCalendarFile } from '../visit/calendar';

const MINUTE_MS = 60_000;
const WORDS: Readonly<Record<Deed, Key>> = {
  agree: 'booking.do.agree',
  another: 'booking.do.another',
  decline: 'booking.do.decline',
  take_back: 'booking.do.take_back',
  move: 'booking.do.move',
  cancel: 'booking.do.cancel',
};

/** What somebody wants done with a card. */
export interface Wish {
  readonly card: BookingCard;
  readonly deed: Deed;
}

@customElement('qr-booking-card')
export class BookingCardElement extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      .card {
        display: grid;
        gap: 6px;
        padding: 14px 16px;
        border: 1px solid var(--hair);
        border-radius: var(--round-card);
        background: var(--surface);
        overflow-wrap: anywhere;
      }
      .card.past {
        padding-block: 10px;
        background: none;
        color: var(--ink-2);
        font-size: var(--caption);
      }
      .label,
      .note {
        font-size: var(--caption);
        color: var(--ink-2);
      }
      .deeds {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-block-start: 6px;
      }
      .deeds .link {
        padding-inline: 8px;
      }
    `,
  ];

  @property({ attribute: false }) card!: BookingCard;
  /** The newest of its booking: it can be answered. */
  @property({ type: Boolean }) live = false;
  @property() side: BookingSide = 'client';
  /** What the other one is called, and where their clocks are. */
  @property() name = '';
  @property() zone = '';
  @property({ type: Boolean }) busy = false;
  @property({ type: Number }) now = Date.now();

  override render() {
    const { card, live, side } = this;
    const note = live ? noteOf(card, side) : null;
    return html`
      <section
        class=${live ? 'card' : 'card past'}
        aria-label=${t('booking.card')}
        data-testid="booking-card"
        data-stage=${card.stage}
        data-live=${live}
      >
        ${
          live
            ? html`
                <p class="label">${t('booking.card')}</p>
              `
            : nothing
        }
        <p>${t(saidBy(card, side), { name: this.name, when: whenOf(card.about) })}</p>
        ${live ? this.there() : nothing}
        ${
          note === null
            ? nothing
            : html`
                <p class="note">${t(note, { agreed: whenOf(card.agreed) })}</p>
              `
        }
        ${live ? this.deeds() : nothing}
      </section>
    `;
  }

  /** The same moment where the other one is. */
  private there() {
    const at = this.card.about?.starts_at;
    const time = at === undefined ? null : timeElsewhere(at, this.zone);
    if (time === null) return nothing;
    return html`
      <p class="note">${t('booking.there', { time })}</p>
    `;
  }

  private deeds() {
    const { card, side } = this;
    const deeds = deedsOf(card, side, this.now);
    if (deeds.length === 0 && card.agreed === null) return nothing;
    return html`
      <div class="deeds">
        ${deeds.map((deed, place) => this.deed(deed, place === 0 && isAsked(card, side)))}
        ${card.agreed === null || card.session === null ? nothing : this.hour(card.session, card.agreed)}
      </div>
    `;
  }

  private deed(deed: Deed, first: boolean) {
    return html`
      <button
        class=${first ? 'primary' : deed === 'agree' ? 'plain' : 'link'}
        data-deed=${deed}
        ?disabled=${this.busy}
        @click=${() => this.say('card-deed', { card: this.card, deed } satisfies Wish)}
      >
        ${t(WORDS[deed])}
      </button>
    `;
  }

  /** What somebody hopes for and fears, if they wish to say it. */
  private hopes(session: string) {
    return html`
      <button
        class="link"
        data-testid="card-hopes"
        @click=${() => this.say('write-hopes', session)}
      >
        ${t('hopes.open')}
      </button>
    `;
  }

  private hour(session: string, { starts_at, minutes }: CardTime) {
    const hour = { id: session, starts_at, ends_at: starts_at + minutes * MINUTE_MS };
    return html`
      <button class="link" data-testid="card-calendar" @click=${() => giveCalendarFile(hour)}>
        ${t('booking.calendar')}
      </button>
      ${this.side === 'client' && starts_at > this.now ? this.hopes(session) : nothing}
      <button class="link" data-testid="card-go" @click=${() => this.say('open-hour', session)}>
        ${t('booking.go')}
      </button>
    `;
  }
}

function whenOf(time: CardTime | null): string {
  return time === null ? '' : momentOf(time.starts_at);
}
