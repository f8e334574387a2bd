/** One device at a time: moving is asked for, and staying is as good. */

import { html } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { formStyle } from './form-style';
import { t } from '../i18n/language';
import { base, buttons, QuietElement } from '../ui/element';

@customElement('qr-visit-elsewhere')
export class ElsewherePage extends QuietElement {
  static override styles = [base, buttons, formStyle];

  @property({ type: Boolean }) opening = false;

  override render() {
    return html`
      <main data-testid="visit-elsewhere">
        <div class="column">
          <div>
            <h1 tabindex="-1">${t('visit.elsewhere.title')}</h1>
            <p class="sub" role="status">
              ${t(this.opening ? 'visit.opening' : 'visit.elsewhere.sub')}
            </p>
          </div>
          <div class="steps equal">
            <button
              class="plain"
              data-testid="stay-there"
              ?disabled=${this.opening}
              @click=${() => this.say('stay-there')}
            >
              ${t('visit.elsewhere.no')}
            </button>
            <button
              class="plain"
              data-testid="move-here"
              ?disabled=${this.opening}
              @click=${() => this.say('move-here')}
            >
              ${t('visit.elsewhere.yes')}
            </button>
          </div>
        </div>
      </main>
    `;
  }
}
