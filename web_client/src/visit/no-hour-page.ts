/** Nothing to come to: nothing is booked, or today's hour was cancelled. What to do is said kindly. */

import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { nameOf } from './said';
import { dayOf } from '../i18n/dates';
import { t, timeOfDay } from '../i18n/language';
import type { Appointment } from '../protocol/bodies';
import { base, buttons, QuietElement } from '../ui/element';
import { pageLayout } from '../ui/page';
import { dialled } from '../ui/phone';
import '../ui/scene';

@customElement('qr-visit-none')
export class NoHourPage extends QuietElement {
  static override styles = [base, buttons, pageLayout];

  @property({ attribute: false }) cancelled: Appointment | null = null;
  @property({ attribute: false }) next: Appointment | null = null;
  /** The clinic's, if it has chosen to show one. */
  @property() phone = '';

  override render() {
    const { cancelled } = this;
    const title =
      cancelled === null
        ? t('visit.none')
        : t('visit.cancelled', { time: timeOfDay(cancelled.starts_at) });
    return html`
      <main data-testid="visit-none" data-cancelled=${String(cancelled !== null)}>
        <qr-scene></qr-scene>
        <div class="words">
          <h1 tabindex="-1">${title}</h1>
          <p class="sub" role="status">
            ${t(cancelled === null ? 'visit.none.sub' : 'visit.cancelled.sub')}
          </p>
          ${this.next === null ? nothing : nextLine(this.next)}
          ${this.phone === '' ? nothing : phoneLine(this.phone)}
        </div>
      </main>
    `;
  }
}

function nextLine(next: Appointment) {
  const time = timeOfDay(next.starts_at);
  return html`
    <p data-testid="next-hour">
      ${t('visit.next', { day: dayOf(next.starts_at), time, name: nameOf(next) })}
    </p>
  `;
}

function phoneLine(phone: string) {
  return html`
    <a class="button link" data-testid="clinic-phone" href=${dialled(phone) ?? nothing}>
      ${t('visit.clinic.phone', { phone })}
    </a>
  `;
}
