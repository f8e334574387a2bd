/** One gentle question before leaving, or before ending the session for everyone. */

import { css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';

import { base, buttons, QuietElement } from './element';
import './sheet';
import { t } from '../i18n/language';

@customElement('qr-parting-sheet')
export class PartingSheet extends QuietElement {
  static override styles = [
    base,
    buttons,
    css`
      :host {
        display: contents;
      }
      .choices {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 12px;
        margin-block-start: 24px;
      }
    `,
  ];

  @property() way: 'leave' | 'end' = 'leave';

  override render() {
    const way = this.way;
    return html`
      <qr-sheet place="dock" heading=${t(`${way}.title`)} .closable=${false}>
        <p>${t(`${way}.body`)}</p>
        <div class="choices">
          <button
            class="plain"
            data-testid=${`${way}-cancel`}
            @click=${() => this.say('close-sheet')}
          >
            ${t('leave.no')}
          </button>
          <button
            class="plain ending"
            data-testid=${`${way}-confirm`}
            @click=${() => this.say('part', way)}
          >
            ${t(`${way}.yes`)}
          </button>
        </div>
      </qr-sheet>
    `;
  }
}
