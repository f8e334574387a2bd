/** What stands before the desk: signing in, unlocking, and why there is nothing behind it. */

import { html } from 'lit';

import './sign-in';
import './unlock';
import type { Gate } from './views';
import { t } from '../i18n/language';

/** `name`: who was here before it was locked. */
export function standing(gate: Gate, name: string, again: () => void) {
  switch (gate) {
    case 'signed-out':
      return html`
        <qr-sign-in></qr-sign-in>
      `;
    case 'locked':
      return html`
        <qr-unlock .name=${name}></qr-unlock>
      `;
    case 'unreachable':
      return html`
        <main class="small" data-gate="unreachable">
          <h1 tabindex="-1">${t('desk.unreachable')}</h1>
          <p class="sub">${t('desk.unreachable.next')}</p>
          <button class="primary" data-testid="again" @click=${again}>${t('again')}</button>
        </main>
      `;
    case 'other':
      return html`
        <main class="small" data-gate="other">
          <h1 tabindex="-1">${t('desk.other')}</h1>
          <p class="sub">${t('desk.other.next')}</p>
        </main>
      `;
    case 'opening':
    case 'open':
      return html`
        <main class="small"><p role="status">${t('desk.opening')}</p></main>
      `;
  }
}
