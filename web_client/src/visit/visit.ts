/** The page of a client's visit: from the link to the room, and after it. */

import { html } from 'lit';
import { customElement } from 'lit/decorators.js';

import { base, QuietElement } from '../ui/element';
import { t } from '../i18n/language';

@customElement('qr-visit')
export class Visit extends QuietElement {
  static override styles = [base];

  override render() {
    return html`
      <p role="status">${t('visit.opening')}</p>
    `;
  }
}
