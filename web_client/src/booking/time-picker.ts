/** Free times to choose from, day by day; who counsels may name any other. */

import { css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';

import type { Arrangement, Choosing } from './arranging';
import { byDay, type Day, placeOf } from './days';
import { dayOf } from '../i18n/dates';
import { type Key, t, timeOfDay } from '../i18n/language';
import type { CardTime } from '../protocol/wire';
import { base, buttons, QuietElement } from '../ui/element';

/** So many days are shown at once. */
const DAYS = 4;

@customElement('qr-time-picker')
export class TimePicker extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      section {
        display: grid;
        gap: 10px;
        margin: 8px 12px 0;
        padding: 16px;
        border: 1px solid var(--hair);
        border-radius: var(--round-card);
        background: var(--surface);
        max-block-size: 50vh;
        max-block-size: 50dvh;
        overflow-y: auto;
      }
      .top {
        display: flex;
        justify-content: space-between;
        align-items: start;
        gap: 8px;
      }
      h2 {
        font-weight: 600;
        padding-block: 12px;
      }
      h3,
      .small {
        font-size: var(--caption);
        color: var(--ink-2);
      }
      .note {
        color: var(--amber);
      }
      .times {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-block-start: 4px;
      }
      .pages,
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 8px;
      }
      label {
        display: grid;
        gap: 4px;
        font-size: var(--caption);
        color: var(--ink-2);
      }
      input {
        font: inherit;
        min-block-size: 48px;
        padding: 8px 12px;
        color: var(--ink);
        background: var(--surface);
        border: 1px solid var(--edge);
        border-radius: var(--round-control);
        max-inline-size: 100%;
      }
    `,
  ];

  @property({ attribute: false }) arrangement!: Exclude<Arrangement, { kind: 'idle' }>;
  @property({ type: Boolean }) counsels = false;
  /** The first day that is shown. */
  @state() private from = 0;
  @query('input') private readonly own!: HTMLInputElement | null;

  override firstUpdated(): void {
    this.renderRoot.querySelector('h2')?.focus();
  }

  override willUpdate(changes: PropertyValues): void {
    const before = changes.get('arrangement') as Arrangement | undefined;
    const now = this.arrangement;
    if (now.kind !== 'choosing') return;
    if (before?.kind === 'choosing' && before.times === now.times) return;
    this.from = placeOf(byDay(now.times), now.first);
  }

  override render() {
    const { arrangement } = this;
    return html`
      <section data-testid="time-picker">
        <div class="top">
          <h2 tabindex="-1">${t(this.heading)}</h2>
          <button class="link" data-testid="close-times" @click=${() => this.say('close-times')}>
            ${t('close')}
          </button>
        </div>
        <div role="status">${this.status()}</div>
        ${arrangement.kind === 'choosing' ? this.choices(arrangement) : nothing}
      </section>
    `;
  }

  private get heading(): Key {
    if (this.arrangement.for.card?.agreed != null) return 'booking.choose.move';
    return this.counsels ? 'booking.choose.counsellor' : 'booking.choose';
  }

  private status() {
    const { arrangement } = this;
    if (arrangement.kind === 'looking')
      return html`
        <p class="small">${t('booking.looking')}</p>
      `;
    const { note, times } = arrangement;
    if (note === 'taken')
      return html`
        <p class="note" data-testid="time-taken">
          ${t(times.length === 0 ? 'booking.taken.none' : 'booking.taken')}
        </p>
      `;
    if (note !== null)
      return html`
        <p class="note">${t(note === 'away' ? 'booking.away' : 'booking.not_now')}</p>
      `;
    if (times.length > 0) return nothing;
    return html`
      <p class="small">${t(this.counsels ? 'booking.none.counsellor' : 'booking.none')}</p>
    `;
  }

  private choices(arrangement: Choosing) {
    const days = byDay(arrangement.times);
    const shown = days.slice(this.from, this.from + DAYS);
    return html`
      ${shown.map((day) => this.day(day, arrangement.sending))}
      ${days.length > DAYS ? this.pages(days.length) : nothing}
      ${this.counsels ? this.ownTime(arrangement.sending) : nothing}
      ${
        days.length === 0
          ? nothing
          : html`
              <p class="small">${t('booking.zone')}</p>
            `
      }
    `;
  }

  private day({ at, times }: Day, sending: boolean) {
    return html`
      <div>
        <h3>${dayOf(at)}</h3>
        <ul class="times">
          ${times.map((time) => this.time(time, sending))}
        </ul>
      </div>
    `;
  }

  private time({ starts_at }: CardTime, sending: boolean) {
    return html`
      <li>
        <button
          class="plain"
          data-time=${starts_at}
          aria-label=${`${dayOf(starts_at)} ${timeOfDay(starts_at)}`}
          ?disabled=${sending}
          @click=${() => this.say('choose-time', starts_at)}
        >
          ${timeOfDay(starts_at)}
        </button>
      </li>
    `;
  }

  private pages(days: number) {
    const go = (days: number) => (): void => void (this.from = Math.max(0, this.from + days));
    return html`
      <div class="pages">
        <button class="link" ?disabled=${this.from === 0} @click=${go(-DAYS)}>
          ${t('booking.earlier')}
        </button>
        <button class="link" ?disabled=${this.from + DAYS >= days} @click=${go(DAYS)}>
          ${t('booking.later')}
        </button>
      </div>
    `;
  }

  private ownTime(sending: boolean) {
    return html`
      <form @submit=${(event: SubmitEvent) => this.handleOwn(event)}>
        <label>
          ${t('booking.own_time')}
          <input type="datetime-local" data-testid="own-time" required />
        </label>
        <button class="plain" ?disabled=${sending}>${t('booking.name_it')}</button>
      </form>
    `;
  }

  private handleOwn(event: SubmitEvent): void {
    event.preventDefault();
    const named = new Date(this.own?.value ?? '').getTime();
    if (!Number.isNaN(named)) this.say('choose-time', named);
  }
}
