/** What a client gave for this day: where they are, whom to call. Told plainly where it is missing. */

import { html, nothing } from 'lit';

import { nearWords } from './plan-words';
import { dialled } from '../ui/phone';
import { t } from '../i18n/language';
import type { TodayBody } from '../protocol/bodies';

/** A number that a tap calls; the number alone where nothing in it can be dialled. */
export function callLink(phone: string, id: string) {
  const address = dialled(phone);
  if (address === null) {
    return html`
      <span data-testid=${id}>${phone}</span>
    `;
  }
  return html`
    <a class="tall" href=${address} data-testid=${id}>${phone}</a>
  `;
}

/** The contact in an emergency, by name and number. */
export function contactOf({ contact_name, contact_phone }: TodayBody) {
  return html`
    <dt>${t('desk.given.contact')}</dt>
    <dd data-testid="contact">${contact_name} ${callLink(contact_phone, 'contact-phone')}</dd>
  `;
}

export function nearOf({ near }: TodayBody) {
  return html`
    <dt>${t('desk.given.near')}</dt>
    <dd data-testid="near">${nearWords(near)}</dd>
  `;
}

export function phoneOf(phone: string) {
  if (phone === '') return nothing;
  return html`
    <dt>${t('desk.given.phone')}</dt>
    <dd>${callLink(phone, 'phone')}</dd>
  `;
}
