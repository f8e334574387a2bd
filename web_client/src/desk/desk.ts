/** The counsellor's desk: signing in, today, one hour, and change over time. */

import { html } from 'lit';
import { customElement } from 'lit/decorators.js';

import { base, QuietElement } from '../ui/element';
import { t } from '../i18n/language';

@customElement('qr-desk')
export class Desk extends QuietElement {
  static override styles = [base];

  override render() {
    return html`
      <p role="status">${t('desk.opening')}</p>
    `;
  }
}
