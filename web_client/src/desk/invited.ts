/** Staff who were invited choose a password, once. */

import { html } from 'lit';
import { customElement } from 'lit/decorators.js';

import { base, QuietElement } from '../ui/element';
import { t } from '../i18n/language';

@customElement('qr-invited')
export class InvitedPage extends QuietElement {
  static override styles = [base];

  override render() {
    return html`
      <p role="status">${t('desk.opening')}</p>
    `;
  }
}
